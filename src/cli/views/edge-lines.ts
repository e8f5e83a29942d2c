import { upstreamsOf } from '../../graph/index.ts';
import type { PlanShape } from '../../plan/index.ts';
import type { TaskSnapshot } from '../../state/index.ts';
import type { Paint } from './paint.ts';
import { stateTone } from './state-words.ts';
import { stepTable, taskTitle } from './steps.ts';

/** What lines about the tasks and edges of a run are made of. */
export interface EdgeList {
  readonly plan: PlanShape;
  /** By index in the plan. */
  readonly tasks: readonly TaskSnapshot[];
  readonly paint: Paint;
  /** Whether a line tells the id of its task besides its number. @default false */
  readonly hasIds?: boolean;
}

/** A line a task: its number, its state, what it is, and the numbers of the tasks before it. O(tasks + edges). */
export function edgeLines({ plan, tasks, paint, hasIds = false }: EdgeList): readonly string[] {
  const table = stepTable(plan);
  const digits = String(tasks.length).length;
  const idDigits = tasks.reduce((width, { id }) => Math.max(width, String(id).length), 0);
  return tasks.map(({ id, state }, index) => {
    const upstreams = Array.from(upstreamsOf(plan.graph, index).toSorted(), (upstream) => upstream + 1);
    const after = upstreams.length === 0 ? '' : `  <- ${upstreams.join(', ')}`;
    const shown = paint(stateTone(state), state.padEnd('ROLLBACK_FAILED'.length));
    const shownId = hasIds ? `${String(id).padStart(idDigits)}  ` : '';
    return `${String(index + 1).padStart(digits)}  ${shownId}${shown}  ${taskTitle(table, index)}${after}`;
  });
}
