import { estimatePlan, planHtml, planText } from '../../plan/index.ts';
import type { Run } from '../../run/index.ts';
import { cleanLine } from '../../text/index.ts';
import { answerView } from '../answer-views.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { subjectOf, withFromTask } from '../from-task.ts';
import { withInputFlags, type InputFlags } from '../input-flags.ts';
import type { Output } from '../output.ts';
import { drawnAs } from '../plan-drawing.ts';
import { readRun, runNumber } from '../run-argument.ts';
import { limitsAsRun, recordedPlan, runHtml } from '../run-picture.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';
import { edgeLines } from '../views/edge-lines.ts';
import { stateTone } from '../views/state-words.ts';
import { planFor } from './plan.ts';

interface GraphFlags extends InputFlags {
  readonly store?: string;
  readonly fromTask?: string;
  readonly format: 'mermaid' | 'dot' | 'text' | 'svg' | 'html';
}

/** Adds `precede graph`. */
export function addGraphCommand({ command, terminal }: CommandTools): void {
  command.description(
    'Draws the tasks and edges of a run, given by its number, of a workflow, or of an answer of OCP.',
  );
  withInputFlags(command);
  withStoreFlag(command);
  withFromTask(command);
  withFormat(command, ['mermaid', 'dot', 'text', 'svg', 'html']);
  command.addHelpText('after', examples);
  command.action(async (given: string | undefined, flags: GraphFlags) => {
    const subject = subjectOf(command, given, flags.fromTask);
    terminal.out.lines([
      subject.kind === 'answer'
        ? answerView(subject.file, { format: flags.format, out: terminal.out, text: 'edges', estimate: {} })
        : await drawGiven(subject.given, flags, terminal.out),
    ]);
  });
}

const examples = `
Examples:
  precede graph 1 --format html > run.html
  precede graph 1 --format svg > run.svg
  precede graph add-ob-server --servers 3
  precede graph ./my-graph.json --format text
  precede graph --from-task answer.json`;

async function drawGiven(given: string, flags: GraphFlags, out: Output): Promise<string> {
  return /^\d+$/.test(given) ? await drawRun(given, flags, out) : await drawWorkflow(given, flags, out);
}

async function drawWorkflow(given: string, flags: GraphFlags, out: Output): Promise<string> {
  const plan = await planFor(given, flags);
  if (flags.format === 'text') return planText(plan, { width: out.columns() });
  if (flags.format === 'html') return planHtml(plan, estimatePlan(plan, { limits: limitsAsRun }));
  return drawnAs(flags.format, plan);
}

async function drawRun(given: string, { store: file, format }: GraphFlags, out: Output): Promise<string> {
  const store = openExistingStore(storePath(file));
  try {
    const run = await readRun(store, runNumber(given));
    if (format === 'text') return runLines(run, out).join('\n');
    const { tasks } = run.snapshot();
    const states = (task: number): string => tasks[task]?.state ?? '';
    return format === 'html' ? runHtml(run) : drawnAs(format, recordedPlan(run), { states });
  } finally {
    await store.close();
  }
}

function runLines(run: Run, { paint }: Output): readonly string[] {
  const { id, name, state, tasks } = run.snapshot();
  const heading = `${cleanLine(name)}  run ${id}  ${paint(stateTone(state), state)}`;
  return [heading, '', ...edgeLines({ plan: run.plan, tasks, paint })];
}
