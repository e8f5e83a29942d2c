import type { RunEvent } from './run-event.ts';

/**
 * How long the tasks of a run took whose body did its work, by index, in milliseconds: from the start of the last attempt to
 * its success. Nothing is said of what was adopted, skipped, resolved by an operator, or has not succeeded; when a task has
 * succeeded several times, the last one counts. A crash in between counts as time. O(events).
 */
export function taskDurations(events: Iterable<RunEvent>): ReadonlyMap<number, number> {
  const startedAtMs = new Map<number, number>();
  const durations = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'task-started') startedAtMs.set(event.task, event.atMs);
    if (event.type !== 'task-succeeded') continue;
    const startMs = startedAtMs.get(event.task);
    if (startMs === undefined || event.isAdopted) durations.delete(event.task);
    // Somebody may have set the clock back.
    else durations.set(event.task, Math.max(0, event.atMs - startMs));
  }
  return durations;
}
