import type { TaskShape } from '../plan/index.ts';
import type { RunEvent } from './run-event.ts';
import { taskDurations } from './task-durations.ts';

/** A run as far as its durations are concerned. */
export interface ObservedRun {
  readonly tasks: readonly Pick<TaskShape, 'name' | 'kind'>[];
  readonly events: Iterable<RunEvent>;
}

/** What several runs of one workflow say about how long its steps take. */
export interface StepDurations {
  /** How many of the runs say anything. */
  readonly runs: number;
  /** The median over all tasks of a name, in whole milliseconds, by that name; barriers have none. */
  readonly durationMs: ReadonlyMap<string, number>;
}

/** Aggregates what `taskDurations` says of each run. One run is looked at after the other. O(n log n) for n events. */
export function stepDurations(runs: Iterable<ObservedRun>): StepDurations {
  const observed = new Map<string, number[]>();
  let runCount = 0;
  for (const { tasks, events } of runs) {
    let isTelling = false;
    for (const [index, durationMs] of taskDurations(events)) {
      const task = tasks[index];
      if (!task || task.kind === 'barrier') continue;
      isTelling = true;
      const durations = observed.get(task.name) ?? [];
      observed.set(task.name, durations);
      durations.push(durationMs);
    }
    if (isTelling) runCount += 1;
  }
  return {
    runs: runCount,
    durationMs: new Map(Array.from(observed, ([name, durations]) => [name, Math.round(median(durations))])),
  };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
