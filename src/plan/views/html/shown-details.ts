import type { Box } from '../svg/boxes.ts';
import type { PageTask } from './page-data.ts';
import type { PlanFacts } from './plan-facts.ts';
import { taskDetails, type Told } from './task-details.ts';

/** How much of a page the details of its tasks may take, in bytes of their JSON. */
const bytesMax = 3_500_000;
const noteworthy = new Set(['FAILED', 'UNKNOWN', 'ROLLBACK_FAILED', 'CANCELLED', 'SKIPPED', 'RUNNING', 'CANCELLING']);

/**
 * The details of as many tasks as fit, by number: first those that ask for attention, then the critical path, then the
 * first lane of every box, the second, and so on. O(tasks).
 */
export function shownDetails(told: Told, boxes: readonly Box[]): readonly PageTask[] {
  const shown = new Map<number, PageTask>();
  let bytes = 0;
  for (const task of byInterest(told, boxes)) {
    if (shown.has(task)) continue;
    const details = taskDetails(told, task);
    bytes += Buffer.byteLength(blockOf(details)) + 1;
    if (bytes > bytesMax) break;
    shown.set(task, details);
  }
  return Array.from(shown.values()).toSorted((a, b) => a.number - b.number);
}

/** JSON that can stand in a `script` element: nothing in it ends one or begins a comment. */
export function blockOf(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function* byInterest({ plan, estimate, facts }: Told, boxes: readonly Box[]): Generator<number> {
  yield* [...plan.tasks.keys()].filter((task) => asksForAttention(facts, task));
  yield* estimate.criticalPath;
  let left = boxes;
  for (let lane = 0; left.length > 0; lane++) {
    yield* left.flatMap(({ tasks }) => tasks.slice(lane, lane + 1));
    left = left.filter(({ tasks }) => lane + 1 < tasks.length);
  }
  // What is left is in no box that is drawn.
  yield* plan.tasks.keys();
}

function asksForAttention({ actual, finding }: PlanFacts, task: number): boolean {
  return noteworthy.has(actual?.tasks[task]?.state ?? '') || finding?.(task)?.kind === 'unknown';
}
