import type { Operation, RunState, TaskState } from '../state/index.ts';
import type { OcpStatus, OcpSubtaskStatus, OcpTaskStatus } from './wire-status.ts';

/** The engine's state for a child's status and operation, in either spelling. */
export function taskStateOf(status: OcpStatus | OcpSubtaskStatus, operation: Operation): TaskState {
  switch (status) {
    case 'READY':
      return 'READY';
    case 'CANCELING':
      return 'CANCELLING';
    case 'PENDING':
      return operation === 'ROLLBACK' ? 'ROLLED_BACK' : 'PENDING';
    case 'SUCCESS':
    case 'SUCCESSFUL':
      return operation === 'SKIP' ? 'SKIPPED' : 'SUCCESS';
    case 'RUNNING':
      return byOperation(operation, { CANCEL: 'CANCELLING', ROLLBACK: 'ROLLING_BACK' }, 'RUNNING');
    case 'FAILED':
      return byOperation(operation, { CANCEL: 'CANCELLED', ROLLBACK: 'ROLLBACK_FAILED' }, 'FAILED');
    default:
      return unreachable(status);
  }
}

/** What is known of a run on the wire. Only the later shapes tell its operation. */
export interface ReadRun {
  readonly status: OcpStatus | OcpTaskStatus;
  readonly operation: Operation | undefined;
  readonly tasks: readonly TaskState[];
}

/** The engine's state for a run's status: what the operation does not tell is derived from the tasks. O(tasks). */
export function runStateOf({ status, operation, tasks }: ReadRun): RunState {
  const isRollback = operation === 'ROLLBACK' || tasks.some((state) => rollbackStates.has(state));
  switch (status) {
    case 'PENDING':
    case 'RUNNING':
      return isRollback ? 'ROLLING_BACK' : 'RUNNING';
    case 'SUCCESS':
    case 'SUCCESSFUL':
      return isRollback || isUntouched(tasks) ? 'ROLLED_BACK' : 'SUCCESS';
    case 'FAILED':
      if (isRollback) return 'ROLLBACK_FAILED';
      return operation === 'CANCEL' || wasCancelled(tasks) ? 'CANCELLED' : 'FAILED';
    default:
      return unreachable(status);
  }
}

const rollbackStates: ReadonlySet<TaskState> = new Set(['ROLLING_BACK', 'ROLLED_BACK', 'ROLLBACK_FAILED']);

function isUntouched(tasks: readonly TaskState[]): boolean {
  return tasks.length > 0 && tasks.every((state) => state === 'PENDING');
}

function wasCancelled(tasks: readonly TaskState[]): boolean {
  return tasks.includes('CANCELLED') && !tasks.includes('FAILED');
}

function byOperation(
  operation: Operation,
  states: Readonly<Partial<Record<Operation, TaskState>>>,
  otherwise: TaskState,
): TaskState {
  return states[operation] ?? otherwise;
}

function unreachable(status: never): never {
  throw new RangeError(`No such status: ${String(status)}`);
}
