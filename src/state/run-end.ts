import { downstreamsOf } from '../graph/index.ts';
import type { FailurePolicy, TerminalRunState } from '../workflow/index.ts';
import type { RunFacts } from './run-facts.ts';
import { isSatisfied } from './task-state.ts';

/**
 * The state in which a run has ended, or undefined while something is in flight, can still start, or waits to be
 * resolved. O(1) for a run that goes forward; O(tasks + edges) while it rolls back and an undo has failed.
 */
export function terminalStateOf(record: RunFacts, onFailure: FailurePolicy): TerminalRunState | undefined {
  if (record.inFlightCount > 0) return undefined;
  if (record.state === 'ROLLING_BACK') return rollbackEnd(record);
  if (record.count('UNKNOWN') > 0) return undefined;
  if (record.count('SUCCESS') + record.count('SKIPPED') === record.size) return 'SUCCESS';
  if (record.isCancelRequested) return 'CANCELLED';
  if (!hasFailed(record)) return undefined;
  return mayGoOn(record, onFailure) && record.count('READY') > 0 ? undefined : 'FAILED';
}

/** Whether READY tasks of a run may be started now. */
export function mayStartTasks(record: RunFacts, onFailure: FailurePolicy): boolean {
  return record.state === 'RUNNING' && !record.isCancelRequested && mayGoOn(record, onFailure);
}

/** Only what has failed, or was cancelled, since the run was last asked to go on stops it. O(1). */
export function mayGoOn(record: RunFacts, onFailure: FailurePolicy): boolean {
  return onFailure === 'continue' || record.failuresSinceAsked + record.cancellationsSinceAsked === 0;
}

/** Tasks whose undo may start now: all their downstreams in the rollback have been rolled back. O(tasks + edges). */
export function undoableTasks(record: RunFacts): readonly number[] {
  return record.rollbackTasks.filter((task) => isUndoable(record, task));
}

/** Whether the undo of one task may start now. O(its downstreams). */
export function isUndoable(record: RunFacts, task: number): boolean {
  const isInHand = record.taskState(task) === 'ROLLING_BACK' || record.hasUndoFailed(task);
  if (!isLeftToUndo(record, task) || isInHand) return false;
  return !downstreamsOf(record.graph, task).some((downstream) => isLeftToUndo(record, downstream));
}

/** Whether the rollback under way, or the last one, is not done with a task that it is to undo. O(1). */
export function isLeftToUndo(record: RunFacts, task: number): boolean {
  return record.isToUndo(task) && !record.isUndone(task);
}

/** Whether what waits for a task need not wait for it any more, in the direction in which the run goes. O(1). */
export function isOver(record: RunFacts, task: number): boolean {
  return record.state === 'ROLLING_BACK' ? !isLeftToUndo(record, task) : isSatisfied(record.taskState(task));
}

/**
 * What a rollback undoes, ascending: everything that has run, as far as it got, or was skipped. Tasks that never started
 * are left alone, and so is what a rollback before was told to leave as it is. O(tasks).
 */
export function tasksToUndo(record: RunFacts): readonly number[] {
  const states = ['SUCCESS', 'FAILED', 'CANCELLED', 'SKIPPED', 'ROLLBACK_FAILED', 'READY'] as const;
  const tasks = states
    .flatMap((state) => record.tasksIn(state))
    .filter((task) => hasBegun(record, task) && !record.isUndone(task));
  return tasks.toSorted((a, b) => a - b);
}

/** Not so a READY task, unless it waits for another attempt. */
export function hasBegun(record: RunFacts, task: number): boolean {
  const state = record.taskState(task);
  return state === 'READY' ? record.attempt(task) > 0 : state !== 'PENDING';
}

function hasFailed(record: RunFacts): boolean {
  return record.count('FAILED') + record.count('CANCELLED') > 0;
}

/** Nothing is in flight. As long as no undo has failed, what is left has a last task, and that one can be undone. */
function rollbackEnd(record: RunFacts): TerminalRunState | undefined {
  if (record.undoneCount === record.rollbackTasks.length) return 'ROLLED_BACK';
  if (record.undoFailureCount === 0) return undefined;
  return undoableTasks(record).length > 0 ? undefined : 'ROLLBACK_FAILED';
}
