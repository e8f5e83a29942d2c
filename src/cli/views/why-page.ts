import { fitted, textWidth } from '../../plan/index.ts';
import type { Run, WaitingTask } from '../../run/index.ts';
import { cleanLine } from '../../text/index.ts';
import type { Paint } from './paint.ts';
import { stateMark, stateTone } from './state-words.ts';
import { stepTable, taskTitle } from './steps.ts';
import { whyText } from './why-text.ts';

const titleMax = 60;

/** Why tasks of a run wait, as lines: the run, then a line a task with its number, state, name and reason. */
export function whyPage(
  run: Run,
  tasks: readonly WaitingTask[],
  { nowMs, paint }: { readonly nowMs: number; readonly paint: Paint },
): readonly string[] {
  const view = { runId: run.id, table: stepTable(run.plan), nowMs };
  const titles = tasks.map(({ number }) => taskTitle(view.table, number - 1));
  const width = Math.min(titleMax, widest(titles));
  const stateWidth = widest(tasks.map(({ state }) => state));
  const numberWidth = String(run.plan.tasks.length).length;
  return [
    `${paint('strong', cleanLine(run.header.workflow))}  run ${run.id}  ${paint(stateTone(run.state), run.state)}`,
    ...tasks.map(({ number, state, reason }, at) => {
      const shown = paint(stateTone(state), `${stateMark(state)} ${state.padEnd(stateWidth)}`);
      const title = fitted(titles[at] ?? '', width);
      return `${String(number).padStart(numberWidth)}  ${shown}  ${title}  ${whyText(view, reason)}`;
    }),
    ...(tasks.length === 0 ? ['No task of it waits.'] : []),
  ];
}

/** The same as JSON for programs: reasons as `run.why` gives them, and in words. */
export function whyJson(run: Run, tasks: readonly WaitingTask[], nowMs: number): object {
  const view = { runId: run.id, table: stepTable(run.plan), nowMs };
  return {
    runId: run.id,
    state: run.state,
    tasks: tasks.map((task) => ({ ...task, text: whyText(view, task.reason) })),
  };
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, textWidth(text)), 0);
}
