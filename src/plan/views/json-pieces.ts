import type { EstimateOptions } from '../estimate.ts';
import type { Plan } from '../plan.ts';
import { planJsonParts } from './json.ts';

/** So many tasks are held as text at a time: few enough for a text that is freed as soon as it is written. */
const tasksAtATime = 100;
const opening = '{\n  "tasks": [';
const closing = '\n  ]\n}';

/**
 * What `JSON.stringify(planJson(plan, options), null, 2)` gives, in pieces: of 100,000 tasks that is 60 MB, of which
 * only a piece is held at a time. O((tasks + edges) log tasks).
 *
 * @throws RefusedError as `estimatePlan`, with the first piece
 */
export function* planJsonPieces(plan: Plan, options: EstimateOptions = {}): Generator<string> {
  const { head, tasks } = planJsonParts(plan, options);
  const size = plan.tasks.length;
  const start = JSON.stringify({ ...head, tasks: [] }, null, 2);
  if (size === 0) {
    yield start;
    return;
  }
  yield start.slice(0, -']\n}'.length);
  for (let from = 0; from < size; from += tasksAtATime) {
    // In an object of their own they stand as deep as in the whole.
    const piece = JSON.stringify({ tasks: tasks(from, Math.min(size, from + tasksAtATime)) }, null, 2);
    yield `${from === 0 ? '' : ','}${piece.slice(opening.length, -closing.length)}`;
  }
  yield closing;
}
