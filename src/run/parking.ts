import type { RunEvent, RunRecord } from '../state/index.ts';

/** In whose name a run is paused that has made its process end again and again. */
export const parkingName = 'crash recovery';

/** How many recoveries in a row may end without any task coming to an end. */
export const recoveriesMax = 3;

/** From so many such recoveries on, a run is suspected of ending its process, and is taken up apart from the others. */
export const suspectedFrom = 2;

/**
 * What is recorded of a run that is taken out of the way: the outcome of what was under way is not known, and the run is
 * paused. Undos that were under way have failed, which ends a rollback by itself.
 */
export function parking(
  record: RunRecord,
  { reason, atMs }: { readonly reason: string; readonly atMs: number },
): readonly RunEvent[] {
  const error = { code: 'CRASH_LOOP', message: reason };
  const unknown = [...record.tasksIn('RUNNING'), ...record.tasksIn('CANCELLING')];
  const undos = record.tasksIn('ROLLING_BACK');
  return [
    ...unknown.map((task): RunEvent => ({ type: 'task-outcome-unknown', task, error, atMs })),
    ...undos.map((task): RunEvent => ({ type: 'task-rollback-failed', task, error, atMs })),
    ...(record.state === 'RUNNING' ? ([{ type: 'run-paused', by: parkingName, atMs }] as const) : []),
  ];
}
