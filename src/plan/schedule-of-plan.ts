import { criticalPath } from '../graph/index.ts';
import type { LimitPool } from '../schedule/index.ts';
import type { Plan, PlanTask } from './plan.ts';
import type { TaskShape } from './plan-shape.ts';

/** What a schedule needs of a plan. What is recorded of one knows no priorities. */
export interface Schedulable extends Pick<Plan, 'graph' | 'order' | 'ownLimits'> {
  readonly tasks: readonly (TaskShape & Partial<Pick<PlanTask, 'priority'>>)[];
}

/** How long a task takes, in milliseconds, as observed before; undefined where its own estimate is all that is known. */
export type TaskDurations = (task: TaskShape) => number | undefined;

/** What each task is taken to last, in milliseconds, by index: as observed, else as estimated. O(tasks). */
export function durationsOf(
  { tasks }: { readonly tasks: readonly TaskShape[] },
  observed?: TaskDurations,
): Float64Array {
  const durations = new Float64Array(tasks.length);
  for (const [index, task] of tasks.entries()) durations[index] = observed?.(task) ?? task.estimateMs;
  return durations;
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
  const idOf = (name: string): number => own.get(name) ?? pool.slotFor(name);
  // Most tasks hold one limit at most, and many of them the same one.
  const alone = new Map<string, Int32Array>();
  return plan.tasks.map(({ limits }) => {
    const [name] = limits;
    if (name === undefined) return noLimits;
    if (limits.length > 1) return Int32Array.from(new Set(limits.map(idOf))).sort();
    const ids = alone.get(name) ?? Int32Array.of(idOf(name));
    alone.set(name, ids);
    return ids;
  });
}

const noLimits = new Int32Array(0);
