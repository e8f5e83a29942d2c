import { readInventoryFile } from '../../oceanbase/index.ts';
import type { PlanInspection } from '../../inspect/index.ts';
import type { JsonValue } from '../../json/index.ts';
import { toTaskInfo } from '../../ocp/index.ts';
import { estimatePlan, planHtml, planJson, planJsonPieces, planText, type Plan } from '../../plan/index.ts';
import { createScrubber } from '../../secrets/index.ts';
import { answerView } from '../answer-views.ts';
import { checkedPlan, withCheckFlags, type CheckedPlanFlags } from '../checked-plan.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { exitCodes } from '../exit-codes.ts';
import { refuseLoneSandboxFlags, withFleetFlags } from '../fleet-flags.ts';
import { subjectOf, withFromTask } from '../from-task.ts';
import { inputFrom, withInputFlags, type InputFlags } from '../input-flags.ts';
import { fleetInput, rehearseOnFile } from '../inventory-flag.ts';
import type { Terminal } from '../output.ts';
import { diffPlans } from '../plan-diff.ts';
import { drawnAs } from '../plan-drawing.ts';
import { writePlanFile } from '../plan-file.ts';
import { timeOptions, withConcurrencies, withEstimatesFlag, type TimeFlags } from '../plan-time.ts';
import { shellWord } from '../go-on.ts';
import { commandName } from '../package-root.ts';
import { sandboxInput } from '../sandbox-input.ts';
import { withStoreFlag } from '../store-place.ts';
import { inspectedJson, inspectionLines } from '../views/inspection-text.ts';
import { loadWorkflow } from '../workflow-source.ts';
import { planOf } from '../workshop.ts';
import { keepYoungGenerationSmall } from '../young-generation.ts';

interface PlanFlags extends CheckedPlanFlags, TimeFlags {
  readonly store?: string;
  readonly check?: true;
  readonly fromTask?: string;
  readonly out?: string;
  readonly all?: true;
  readonly format: 'text' | 'json' | 'mermaid' | 'dot' | 'svg' | 'html' | 'ocp';
}

/** What there is to show of a plan. */
interface PlannedWork {
  readonly plan: Plan;
  readonly source: string;
  readonly inspection?: PlanInspection;
}

/** Adds `precede plan` with `diff`. */
export function addPlanCommand({ command, terminal, setExitCode }: CommandTools): void {
  command.description(
    'Shows the tasks of a workflow for one input: order, waves, critical path, estimate, undo, point of no return. ' +
      'Looks at no host unless it is told to --check; then also what is done already, every command and statement ' +
      'that would be sent, and all that would stop the run, in which case it ends with 1. Writes nothing, anywhere, ' +
      'but the file of --out. How long steps took in earlier runs comes from the store. Without --cluster and --zone, ' +
      'add-ob-server is planned for a sandbox.',
  );
  withInputFlags(command);
  withCheckFlags(command);
  withFleetFlags(command, 'as for `precede run`; with --check it is started, else nothing is');
  withStoreFlag(command);
  command.option('--out <file>', 'also keep the plan in a file, for `precede run --plan` and `precede plan diff`');
  command.option('--all', 'with --check: show every task of every host');
  withEstimatesFlag(command);
  withFromTask(command);
  withConcurrencies(command);
  withFormat(command, ['text', 'json', 'mermaid', 'dot', 'svg', 'html', 'ocp']);
  command.addHelpText('after', examples);
  command.action(async (given: string | undefined, flags: PlanFlags) => {
    keepYoungGenerationSmall();
    const subject = subjectOf(command, given, flags.fromTask);
    if (subject.kind === 'named') setExitCode(await showPlan(subject.given, flags, terminal));
    else showAnswer(subject.file, flags, terminal);
  });
  const diff = command.command('diff <before> <after>').summary('say in what two plan files differ; exit code 1 if so');
  withFormat(diff, ['text', 'json']).action((before: string, after: string, { format }: { format: 'text' | 'json' }) =>
    setExitCode(diffPlans(before, after, format, terminal.out)),
  );
}

const examples = `
Examples:
  precede plan add-ob-server --servers 3 --concurrency 1,4,16
  precede plan add-ob-server --sandbox-dir ./sandbox --hosts 1,2 --zone zone2 --check --out plan.json
  precede plan add-ob-server --inventory inventory.yaml --hosts 1,2 --zone zone1 --check
  precede plan diff plan.json plan-now.json
  precede plan add-ob-server --sandbox-dir ./sandbox --servers 3 --check --format html > plan.html
  precede plan ./my-workflow.ts --format mermaid
  precede plan --from-task answer.json`;

async function showPlan(given: string, flags: PlanFlags, terminal: Terminal): Promise<number> {
  const planned = flags.check ? await checkedPlan(given, flags, terminal) : await planOnFile(given, flags);
  const { plan, source, inspection } = planned;
  await terminal.out.pieces(planAs(planned, flags, terminal));
  terminal.out.write('\n');
  if (flags.out !== undefined) {
    writePlanFile(flags.out, plan, { source, inspection });
    // The hosts of a sandbox that was started for this are gone.
    const run = flags.sandbox ? '' : `; run it: ${runLine(flags.out, flags)}`;
    terminal.err.lines([`The plan is kept in ${flags.out}${run}`]);
  }
  return inspection && inspection.problems.length > 0 ? exitCodes.failed : exitCodes.done;
}

/** The command that runs a plan where it was made, ready to be pasted. */
function runLine(file: string, { sandboxDir, inventory, store }: PlanFlags): string {
  const where = { '--sandbox-dir': sandboxDir, '--inventory': inventory, '--store': store };
  const flags = Object.entries(where).flatMap(([flag, value]) => (value === undefined ? [] : [flag, shellWord(value)]));
  return [commandName(), 'run', '--plan', shellWord(file), ...flags].join(' ');
}

function showAnswer(file: string, { format, concurrency = [] }: PlanFlags, { out }: Terminal): void {
  const estimate = { concurrency: concurrency[0], compare: concurrency.length > 1 ? concurrency : [] };
  out.lines([answerView(file, { format, out, text: 'plan', estimate })]);
}

/** The plan, once an inventory file knows everything that it needs. */
async function planOnFile(given: string, flags: PlanFlags): Promise<PlannedWork> {
  // Nothing is started, with or without --sandbox.
  refuseLoneSandboxFlags(flags, false);
  const { workflow, source } = await loadWorkflow(given);
  if (flags.inventory === undefined) return { plan: planOf(workflow, inputFor(source, flags), source), source };
  const fleet = await readInventoryFile(flags.inventory);
  const plan = planOf(workflow, inputFrom(source, flags, fleetInput(fleet)), source);
  await rehearseOnFile(plan, fleet);
  return { plan, source };
}

/** The plan of a workflow for the input that the flags give. */
export async function planFor(given: string, flags: InputFlags): Promise<Plan> {
  const { workflow, source } = await loadWorkflow(given);
  return planOf(workflow, inputFor(source, flags), source);
}

function inputFor(source: string, flags: InputFlags): JsonValue {
  return inputFrom(source, flags, sandboxInput(undefined));
}

function planAs({ plan, inspection }: PlannedWork, flags: PlanFlags, { out, err }: Terminal): Iterable<string> {
  const { format, all = false } = flags;
  const isDone = inspection && ((task: number) => inspection.tasks[task]?.finding.kind === 'done');
  const time = { ...timeOptions(plan, flags, err), isDone };
  switch (format) {
    // In pieces, since a large plan as JSON is larger than what is needed to make it.
    case 'json':
      return inspection
        ? [JSON.stringify(inspectedJson(planJson(plan, time), inspection), null, 2)]
        : planJsonPieces(plan, time);
    case 'mermaid':
    case 'dot':
    case 'svg':
      return [drawnAs(format, plan, { durations: time.durations })];
    case 'html': {
      const finding = inspection && ((task: number) => inspection.tasks[task]?.finding);
      return [planHtml(plan, estimatePlan(plan, time), { finding, problems: inspection?.problems })];
    }
    case 'ocp':
      // Of a plan it is plain JSON.
      return [JSON.stringify(createScrubber(plan.secrets).json(toTaskInfo(plan) as unknown as JsonValue), null, 2)];
    case 'text': {
      const text = planText(plan, { ...time, width: out.columns() });
      const found = inspection ? ['', ...inspectionLines(plan, inspection, { paint: out.paint, all })] : [];
      return [[text, ...found].join('\n')];
    }
  }
}
