import type { Operation, RunSnapshot, RunState, TaskSnapshot, TaskState } from '../state/index.ts';

/** Statuses of the seed's shape, for a task and its children. */
export const ocpStatuses = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED'] as const;
export type OcpStatus = (typeof ocpStatuses)[number];

/** Statuses of a child in the later shapes. */
export const ocpSubtaskStatuses = ['PENDING', 'READY', 'RUNNING', 'CANCELING', 'FAILED', 'SUCCESSFUL'] as const;
export type OcpSubtaskStatus = (typeof ocpSubtaskStatuses)[number];

/** Statuses of a task in the later shapes. */
export const ocpTaskStatuses = ['RUNNING', 'FAILED', 'SUCCESSFUL'] as const;
export type OcpTaskStatus = (typeof ocpTaskStatuses)[number];

/** Operations of a task or child, in every shape. */
export const ocpOperations = ['EXECUTE', 'RETRY', 'ROLLBACK', 'SKIP', 'CANCEL'] as const satisfies readonly Operation[];

type Run = Pick<RunSnapshot, 'state' | 'operation'>;
type Task = Pick<TaskSnapshot, 'state' | 'operation'>;

/** How one engine state of a task is told on the wire; an operation here goes before what was last asked of the task. */
interface TaskWords {
  readonly status: OcpStatus;
  readonly subtaskStatus: OcpSubtaskStatus;
  readonly operation?: Operation;
}

const taskWords: Readonly<Record<TaskState, TaskWords>> = {
  PENDING: { status: 'PENDING', subtaskStatus: 'PENDING' },
  READY: { status: 'PENDING', subtaskStatus: 'READY' },
  RUNNING: { status: 'RUNNING', subtaskStatus: 'RUNNING' },
  UNKNOWN: { status: 'RUNNING', subtaskStatus: 'RUNNING' },
  CANCELLING: { status: 'RUNNING', subtaskStatus: 'CANCELING', operation: 'CANCEL' },
  SUCCESS: { status: 'SUCCESS', subtaskStatus: 'SUCCESSFUL' },
  SKIPPED: { status: 'SUCCESS', subtaskStatus: 'SUCCESSFUL', operation: 'SKIP' },
  FAILED: { status: 'FAILED', subtaskStatus: 'FAILED' },
  CANCELLED: { status: 'FAILED', subtaskStatus: 'FAILED', operation: 'CANCEL' },
  ROLLING_BACK: { status: 'RUNNING', subtaskStatus: 'RUNNING', operation: 'ROLLBACK' },
  ROLLED_BACK: { status: 'PENDING', subtaskStatus: 'PENDING', operation: 'ROLLBACK' },
  ROLLBACK_FAILED: { status: 'FAILED', subtaskStatus: 'FAILED', operation: 'ROLLBACK' },
};

interface RunWords {
  readonly status: OcpStatus;
  readonly taskStatus: OcpTaskStatus;
  readonly operation?: Operation;
}

const runWords: Readonly<Record<RunState, RunWords>> = {
  RUNNING: { status: 'RUNNING', taskStatus: 'RUNNING' },
  PAUSED: { status: 'RUNNING', taskStatus: 'RUNNING' },
  SUCCESS: { status: 'SUCCESS', taskStatus: 'SUCCESSFUL' },
  FAILED: { status: 'FAILED', taskStatus: 'FAILED' },
  CANCELLED: { status: 'FAILED', taskStatus: 'FAILED' },
  ROLLING_BACK: { status: 'RUNNING', taskStatus: 'RUNNING', operation: 'ROLLBACK' },
  ROLLED_BACK: { status: 'SUCCESS', taskStatus: 'SUCCESSFUL', operation: 'ROLLBACK' },
  ROLLBACK_FAILED: { status: 'FAILED', taskStatus: 'FAILED', operation: 'ROLLBACK' },
};

/** A run's status in the seed's shape. */
export function statusOfRun(run: Run): OcpStatus {
  return runWords[run.state].status;
}

/** A run's status in the later shapes. */
export function taskStatusOfRun(run: Pick<Run, 'state'>): OcpTaskStatus {
  return runWords[run.state].taskStatus;
}

/** What was last asked of a run, in the later shapes; the seed's shape does not tell. */
export function operationOfRun(run: Run): Operation {
  return runWords[run.state].operation ?? run.operation;
}

/** A task's status in the seed's shape. After a whole rollback every task is PENDING. */
export function statusOfTask(task: Task, run: Run): OcpStatus {
  return run.state === 'ROLLED_BACK' ? 'PENDING' : taskWords[task.state].status;
}

/** A task's status in the later shapes. After a whole rollback every task is PENDING. */
export function subtaskStatusOfTask(task: Task, run: Run): OcpSubtaskStatus {
  return run.state === 'ROLLED_BACK' ? 'PENDING' : taskWords[task.state].subtaskStatus;
}

/** The status that a task in this state has in the later shapes, unless the whole run was rolled back. */
export function subtaskStatusOfState(state: TaskState): OcpSubtaskStatus {
  return taskWords[state].subtaskStatus;
}

/** What was last asked of a task. */
export function operationOfTask(task: Task): Operation {
  return taskWords[task.state].operation ?? task.operation;
}
