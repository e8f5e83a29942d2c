import { planDot, planMermaid, planText, type Drawable } from '../../plan/index.ts';
import { topologicalOrder, upstreamsOf } from '../../graph/index.ts';
import type { Run } from '../../run/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { withInputFlags, type InputFlags } from '../input-flags.ts';
import type { Output } from '../output.ts';
import { readRun, runNumber } from '../run-argument.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';
import { cleanLine } from '../views/clean-text.ts';
import { stateTone } from '../views/state-words.ts';
import { stepTable, taskTitle } from '../views/steps.ts';
import { planFor } from './plan.ts';

interface GraphFlags extends InputFlags {
  readonly store?: string;
  readonly format: 'mermaid' | 'dot' | 'text';
}

/** Adds `precede graph`. */
export function addGraphCommand({ command, terminal }: CommandTools): void {
  command.description('Draws the tasks and edges of a run, given by its number, or of a workflow.');
  withInputFlags(command);
  withStoreFlag(command);
  withFormat(command, ['mermaid', 'dot', 'text']);
  command.addHelpText('after', examples);
  command.action(async (given: string, flags: GraphFlags) => {
    const drawing = /^\d+$/.test(given)
      ? await drawRun(given, flags, terminal.out)
      : await drawWorkflow(given, flags, terminal.out);
    terminal.out.lines([drawing]);
  });
}

const examples = `
Examples:
  precede graph 1 --format dot | dot -Tsvg > run.svg
  precede graph add-ob-server --servers 3
  precede graph ./my-graph.json --format text`;

async function drawWorkflow(given: string, flags: GraphFlags, out: Output): Promise<string> {
  const plan = await planFor(given, flags);
  if (flags.format === 'text') return planText(plan, { width: out.columns() });
  return flags.format === 'dot' ? planDot(plan) : planMermaid(plan);
}

async function drawRun(given: string, { store: file, format }: GraphFlags, out: Output): Promise<string> {
  const store = openExistingStore(storePath(file));
  try {
    const run = await readRun(store, runNumber(given));
    if (format === 'text') return edgeLines(run, out).join('\n');
    const { tasks } = run.snapshot();
    const states = (task: number): string => tasks[task]?.state ?? '';
    const drawable = drawableOf(run);
    return format === 'dot' ? planDot(drawable, { states }) : planMermaid(drawable, { states });
  } finally {
    await store.close();
  }
}

/** A run's own plan, as it was recorded: its workflow need not be at hand. */
function drawableOf({ header, plan: { tasks, graph } }: Run): Drawable {
  const order = topologicalOrder(graph) ?? new Int32Array(0);
  return { workflow: { name: header.workflow }, tasks, graph, order, secrets: [] };
}

/** A line a task: its number, its state, what it is, and the numbers of the tasks before it. */
function edgeLines(run: Run, { paint }: Output): readonly string[] {
  const { id, name, state, tasks } = run.snapshot();
  const table = stepTable(run.plan);
  const digits = String(tasks.length).length;
  const lines = tasks.map((task, index) => {
    const upstreams = Array.from(upstreamsOf(run.plan.graph, index), (upstream) => upstream + 1);
    const after = upstreams.length === 0 ? '' : `  <- ${upstreams.join(', ')}`;
    const shown = paint(stateTone(task.state), task.state.padEnd('ROLLBACK_FAILED'.length));
    return `${String(index + 1).padStart(digits)}  ${shown}  ${taskTitle(table, index)}${after}`;
  });
  return [`${cleanLine(name)}  run ${id}  ${paint(stateTone(state), state)}`, '', ...lines];
}
