import { downstreamsOf } from '../graph/index.ts';
import type { FailurePolicy, TerminalRunState } from '../workflow/index.ts';
import type { RunEvent } from './run-event.ts';
import type { RunRecord } from './run-record.ts';
import type { RunState } from './task-state.ts';

/**
 * The state in which a run has ended, or undefined while something is in flight, can still start, or waits to be
 * resolved. O(1) for a run that goes forward; O(tasks + edges) while it rolls back.
 */
export function terminalStateOf(record: RunRecord, onFailure: FailurePolicy): TerminalRunState | undefined {
  if (record.inFlightCount > 0) return undefined;
  if (record.state === 'ROLLING_BACK') return rollbackEnd(record);
  if (record.count('UNKNOWN') > 0) return undefined;
  if (record.count('SUCCESS') + record.count('SKIPPED') === record.size) return 'SUCCESS';
  if (record.isCancelRequested) return 'CANCELLED';
  if (!hasFailed(record)) return undefined;
  return onFailure === 'continue' && record.count('READY') > 0 ? undefined : 'FAILED';
}

/** Whether READY tasks of a run may be started now. */
export function mayStartTasks(record: RunRecord, onFailure: FailurePolicy): boolean {
  if (record.state !== 'RUNNING' || record.isCancelRequested) return false;
  return onFailure === 'continue' || !hasFailed(record);
}

/** Tasks whose undo may start now: all their downstreams in the rollback have been rolled back. O(tasks + edges). */
export function undoableTasks(record: RunRecord): readonly number[] {
  const toUndo = new Set(record.rollbackTasks);
  const isUndone = (task: number): boolean => !toUndo.has(task) || record.taskState(task) === 'ROLLED_BACK';
  return record.rollbackTasks.filter((task) => {
    const isOver = isUndone(task) || record.taskState(task) === 'ROLLING_BACK' || record.hasUndoFailed(task);
    return !isOver && downstreamsOf(record.graph, task).every(isUndone);
  });
}

/** What a rollback undoes: everything that has run or was skipped. Tasks that never started are left alone. */
export function tasksToUndo(record: RunRecord): readonly number[] {
  const states = ['SUCCESS', 'FAILED', 'CANCELLED', 'SKIPPED', 'ROLLBACK_FAILED'] as const;
  return states.flatMap((state) => record.tasksIn(state)).toSorted((a, b) => a - b);
}

function hasFailed(record: RunRecord): boolean {
  return record.count('FAILED') + record.count('CANCELLED') > 0;
}

function rollbackEnd(record: RunRecord): TerminalRunState | undefined {
  if (undoableTasks(record).length > 0) return undefined;
  return record.rollbackTasks.every((task) => record.taskState(task) === 'ROLLED_BACK') ? 'ROLLED_BACK' : 'ROLLBACK_FAILED';
}

/** The run's state after one more event. The same as what folding it in makes of `RunRecord.state`. */
export function runStateAfter(current: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run-paused':
      return 'PAUSED';
    case 'run-resumed':
    case 'run-cancel-requested':
      return 'RUNNING';
    case 'run-rollback-started':
      return 'ROLLING_BACK';
    case 'run-settled':
      return event.state;
    case 'tasks-retried':
    case 'task-skipped':
      return current === 'PAUSED' ? 'PAUSED' : 'RUNNING';
    default:
      return current;
  }
}
