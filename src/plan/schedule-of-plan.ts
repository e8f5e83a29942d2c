import { criticalPath } from '../graph/index.ts';
import type { LimitPool } from '../schedule/index.ts';
import type { Plan, PlanTask } from './plan.ts';

/** What a schedule needs of a plan. What is recorded of one knows no priorities. */
export interface Schedulable extends Pick<Plan, 'graph' | 'order' | 'ownLimits'> {
  readonly tasks: readonly (Pick<PlanTask, 'estimateMs' | 'limits'> & Partial<Pick<PlanTask, 'priority'>>)[];
}

/** The tasks' estimates in milliseconds, by index. O(tasks). */
export function durationsOf({ tasks }: { readonly tasks: readonly Pick<PlanTask, 'estimateMs'>[] }): Float64Array {
  return Float64Array.from(tasks, (task) => task.estimateMs);
}

/**
 * The tasks' priorities, by index: what the task says itself, else the heaviest path from its start to the end in
 * milliseconds. Higher starts first. O(tasks + edges).
 */
export function prioritiesOf(plan: Schedulable): Float64Array {
  const { tail } = criticalPath(plan.graph, plan.order, durationsOf(plan));
  for (const [task, { priority }] of plan.tasks.entries()) if (priority !== undefined) tail[task] = priority;
  return tail;
}

/**
 * The limits that each task holds while it runs, as ids of `pool`, ascending, by index. A limit that a fan-out made for
 * itself belongs to one run alone: it stands in the pool under `scope` and with its own size. O(tasks).
 */
export function limitIdsOf(plan: Schedulable, pool: LimitPool, scope = ''): readonly Int32Array[] {
  const own = new Map(
    Object.entries(plan.ownLimits).map(([name, size]) => [name, pool.sized(`${scope}${name}`, size)]),
  );
  return plan.tasks.map(({ limits }) => {
    if (limits.length === 0) return noLimits;
    return Int32Array.from(new Set(limits.map((name) => own.get(name) ?? pool.slotFor(name)))).sort();
  });
}

const noLimits = new Int32Array(0);
