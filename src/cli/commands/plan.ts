import { readInventoryFile } from '../../oceanbase/index.ts';
import { planDot, planJson, planMermaid, planText, type Plan } from '../../plan/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withConcurrency, withFormat } from '../common-flags.ts';
import { inputFrom, withInputFlags, type InputFlags } from '../input-flags.ts';
import { fleetInput, rehearseOnFile, withInventoryFlag } from '../inventory-flag.ts';
import type { Output } from '../output.ts';
import { sandboxInput } from '../sandbox-input.ts';
import { loadWorkflow } from '../workflow-source.ts';
import { planOf, stepsPerHost } from '../workshop.ts';

interface PlanFlags extends InputFlags {
  readonly inventory?: string;
  readonly concurrency?: number;
  readonly format: 'text' | 'json' | 'mermaid' | 'dot';
}

/** Adds `precede plan`. */
export function addPlanCommand({ command, terminal }: CommandTools): void {
  command.description(
    'Shows the tasks of a workflow for one input: order, waves, critical path, estimate, undo, point of no return. ' +
      'Looks at no host and no store. Without --cluster and --zone, add-ob-server is planned for a sandbox.',
  );
  withInputFlags(command);
  command.option('--sandbox', 'as for `precede run`; nothing is started');
  withInventoryFlag(command);
  withConcurrency(command);
  withFormat(command, ['text', 'json', 'mermaid', 'dot']);
  command.addHelpText('after', examples);
  command.action(async (given: string, flags: PlanFlags) => {
    const plan = await planOnFile(given, flags);
    terminal.out.lines([planAs(plan, flags, terminal.out)]);
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
  precede plan add-ob-server --hosts 1,2 --cluster 1 --zone zone2 --concurrency 4 --format json
  precede plan add-ob-server --inventory inventory.yaml --hosts 1,2 --zone zone1
  precede plan ./my-workflow.ts --format mermaid`;

function planAs(plan: Plan, { format, concurrency }: PlanFlags, out: Output): string {
  const estimate = { limits: { 'host:*': stepsPerHost }, concurrency };
  switch (format) {
    case 'json':
      return JSON.stringify(planJson(plan, estimate), null, 2);
    case 'mermaid':
      return planMermaid(plan);
    case 'dot':
      return planDot(plan);
    case 'text':
      return planText(plan, { ...estimate, width: out.columns() });
  }
}
