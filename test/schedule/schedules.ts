import fc from 'fast-check';
import { Schedule } from '../../src/schedule/index.ts';
import type { LimitPool, ScheduleOptions } from '../../src/schedule/index.ts';
import { acyclicGraph, digraphOf } from '../graph/graphs.ts';
import type { Drawing } from '../graph/graphs.ts';

/** A drawing with everything a schedule is told about its tasks. */
export interface Scene {
  readonly drawing: Drawing;
  readonly priority: readonly number[];
  /** The names of the limits of each task. */
  readonly limits: readonly (readonly string[])[];
}

/** The limits scenes draw from, and their sizes. */
export const sceneLimits = { a: 1, b: 2, c: 3 } as const;

/** Few distinct priorities, so that ties are common; tasks with none, one or several limits. */
export function anyScene(sizeMax: number): fc.Arbitrary<Scene> {
  return acyclicGraph(sizeMax).chain((drawing) => {
    const perTask = { minLength: drawing.size, maxLength: drawing.size };
    return fc.record({
      drawing: fc.constant(drawing),
      priority: fc.array(fc.integer({ min: 0, max: 4 }), perTask),
      limits: fc.array(fc.subarray(['a', 'b', 'c']), perTask),
    });
  });
}

/** A schedule of a scene, on the given pool. */
export function scheduleOf(scene: Scene, pool: LimitPool, options: Partial<ScheduleOptions> = {}): Schedule {
  const limits = scene.limits.map((names) => pool.slotsFor(names));
  return new Schedule({
    graph: digraphOf(scene.drawing),
    priority: Float64Array.from(scene.priority),
    limitsOf: (task) => limits[task] ?? new Int32Array(0),
    pool,
    ...options,
  });
}

/** A scene in which only the drawing matters: equal priorities, no limits. */
export function plain(drawing: Drawing): Scene {
  return {
    drawing,
    priority: Array.from({ length: drawing.size }, () => 0),
    limits: Array.from({ length: drawing.size }, () => []),
  };
}

/** Takes until nothing can start. */
export function takeAll(schedule: Schedule): number[] {
  const taken: number[] = [];
  for (let task = schedule.take(); task !== -1; task = schedule.take()) taken.push(task);
  return taken;
}

/** The attempt of a task ended well. */
export function succeed(schedule: Schedule, task: number): readonly number[] {
  schedule.release(task);
  return schedule.settle(task);
}
