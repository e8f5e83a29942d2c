import type { Operation, RunState, TaskState } from '../state/index.ts';
import type { OcpStatus, OcpSubtaskStatus, OcpTaskStatus } from './wire-status.ts';

/** A child's status and operation, in either spelling. */
export interface ReadTask {
  readonly status: OcpStatus | OcpSubtaskStatus;
  readonly operation: Operation;
  /** Whether the answer has a word for a task that is being cancelled; the seed's shape has none. */
  readonly hasCanceling: boolean;
}

/** The engine's state for a child. */
export function taskStateOf({ status, operation, hasCanceling }: ReadTask): TaskState {
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
      if (operation === 'CANCEL') return hasCanceling ? 'RUNNING' : 'CANCELLING';
      return operation === 'ROLLBACK' ? 'ROLLING_BACK' : 'RUNNING';
    case 'FAILED':
      if (operation === 'CANCEL') return 'CANCELLED';
      return operation === 'ROLLBACK' ? 'ROLLBACK_FAILED' : 'FAILED';
    default:
      return unreachable(status);
  }
}

/** What is known of a run on the wire. Only the later shapes tell its operation. */
export interface ReadRun {
  readonly status: Exclude<OcpStatus, 'PENDING'> | OcpTaskStatus;
  readonly operation: Operation | undefined;
  readonly tasks: readonly TaskState[];
}

/** The engine's state for a run's status; where no operation is told, it is derived from the tasks. O(tasks). */
export function runStateOf({ status, operation, tasks }: ReadRun): RunState {
  const asked = operation ?? askedOf(tasks);
  switch (status) {
    case 'RUNNING':
      return asked === 'ROLLBACK' ? 'ROLLING_BACK' : 'RUNNING';
    case 'SUCCESS':
    case 'SUCCESSFUL':
      return isRolledBack(operation, tasks) ? 'ROLLED_BACK' : 'SUCCESS';
    case 'FAILED':
      if (asked === 'ROLLBACK') return 'ROLLBACK_FAILED';
      return asked === 'CANCEL' ? 'CANCELLED' : 'FAILED';
    default:
      return unreachable(status);
  }
}

const rollbackStates: ReadonlySet<TaskState> = new Set(['ROLLING_BACK', 'ROLLED_BACK', 'ROLLBACK_FAILED']);

function askedOf(tasks: readonly TaskState[]): Operation {
  if (tasks.some((state) => rollbackStates.has(state))) return 'ROLLBACK';
  return tasks.includes('CANCELLED') && !tasks.includes('FAILED') ? 'CANCEL' : 'EXECUTE';
}

/** Nothing else leaves a run ended well and all its tasks PENDING. */
function isRolledBack(operation: Operation | undefined, tasks: readonly TaskState[]): boolean {
  if (!tasks.every((state) => state === 'PENDING' || state === 'ROLLED_BACK')) return false;
  return operation === 'ROLLBACK' || (operation === undefined && tasks.length > 0);
}

function unreachable(status: never): never {
  throw new RangeError(`No such status: ${String(status)}`);
}
