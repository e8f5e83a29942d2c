import { readInventoryFile } from '../../oceanbase/index.ts';
import { planDot, planJsonPieces, planMermaid, planText, type EstimateOptions, type Plan } from '../../plan/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { inputFrom, withInputFlags, type InputFlags } from '../input-flags.ts';
import { fleetInput, rehearseOnFile, withInventoryFlag } from '../inventory-flag.ts';
import { timeOptions, withTimeFlags, type TimeFlags } from '../plan-time.ts';
import { sandboxInput } from '../sandbox-input.ts';
import { loadWorkflow } from '../workflow-source.ts';
import { planOf } from '../workshop.ts';
import { keepYoungGenerationSmall } from '../young-generation.ts';

interface PlanFlags extends InputFlags, TimeFlags {
  readonly inventory?: string;
  readonly format: 'text' | 'json' | 'mermaid' | 'dot';
}

/** Adds `precede plan`. */
export function addPlanCommand({ command, terminal }: CommandTools): void {
  command.description(
    'Shows the tasks of a workflow for one input: order, waves, critical path, estimate, undo, point of no return. ' +
      'Looks at no host, and writes nothing; how long steps took in earlier runs comes from the store. Without --cluster and --zone, add-ob-server is planned for a sandbox.',
  );
  withInputFlags(command);
  command.option('--sandbox', 'as for `precede run`; nothing is started');
  withInventoryFlag(command);
  withTimeFlags(command);
  withFormat(command, ['text', 'json', 'mermaid', 'dot']);
  command.addHelpText('after', examples);
  command.action(async (given: string, flags: PlanFlags) => {
    keepYoungGenerationSmall();
    const plan = await planOnFile(given, flags);
    const time = timeOptions(plan, flags, terminal.err);
    await terminal.out.pieces(planAs(plan, flags.format, { time, width: terminal.out.columns() }));
    terminal.out.write('\n');
  });
}

/** The plan, once an inventory file knows everything that it needs. */
async function planOnFile(given: string, flags: PlanFlags): Promise<Plan> {
  if (flags.inventory === undefined) return await planFor(given, flags);
  const fleet = await readInventoryFile(flags.inventory);
  const { workflow, source } = await loadWorkflow(given);
  const plan = planOf(workflow, inputFrom(source, flags, fleetInput(fleet)), source);
  await rehearseOnFile(plan, fleet);
  return plan;
}

/** The plan of a workflow for the input that the flags give. */
export async function planFor(given: string, flags: InputFlags): Promise<Plan> {
  const { workflow, source } = await loadWorkflow(given);
  return planOf(workflow, inputFrom(source, flags, sandboxInput(undefined)), source);
}

const examples = `
Examples:
  precede plan add-ob-server --servers 3
  precede plan add-ob-server --hosts 1,2 --cluster 1 --zone zone2 --concurrency 1,4,16 --format json
  precede plan add-ob-server --inventory inventory.yaml --hosts 1,2 --zone zone1
  precede plan ./my-workflow.ts --format mermaid`;

interface Shown {
  readonly time: EstimateOptions;
  readonly width: number;
}

/** In pieces, since a large plan as JSON is larger than what is needed to make it. */
function planAs(plan: Plan, format: PlanFlags['format'], { time, width }: Shown): Iterable<string> {
  switch (format) {
    case 'json':
      return planJsonPieces(plan, time);
    case 'mermaid':
      return [planMermaid(plan, { durations: time.durations })];
    case 'dot':
      return [planDot(plan, { durations: time.durations })];
    case 'text':
      return [planText(plan, { ...time, width })];
  }
}
