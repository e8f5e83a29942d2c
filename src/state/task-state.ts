/** The states of a task, as users see them. */
export const taskStates = [
  'PENDING',
  'READY',
  'RUNNING',
  'SUCCESS',
  'FAILED',
  'SKIPPED',
  'CANCELLING',
  'CANCELLED',
  'UNKNOWN',
  'ROLLING_BACK',
  'ROLLED_BACK',
  'ROLLBACK_FAILED',
] as const;

export type TaskState = (typeof taskStates)[number];

/** The states of a run, as users see them. */
export const runStates = [
  'RUNNING',
  'PAUSED',
  'SUCCESS',
  'FAILED',
  'CANCELLED',
  'ROLLING_BACK',
  'ROLLED_BACK',
  'ROLLBACK_FAILED',
] as const;

export type RunState = (typeof runStates)[number];

/** What was last asked of a task or run; OCP's `operation`. */
export type Operation = 'EXECUTE' | 'RETRY' | 'SKIP' | 'CANCEL' | 'ROLLBACK';

/** A body, or an undo, is under way. */
export function isInFlight(state: TaskState): boolean {
  return state === 'RUNNING' || state === 'CANCELLING' || state === 'ROLLING_BACK';
}

/** Settled well: dependents may start. */
export function isSatisfied(state: TaskState): boolean {
  return state === 'SUCCESS' || state === 'SKIPPED';
}

/** Nothing more happens in the run unless an operator asks for it. */
export function isSettledRun(state: RunState): boolean {
  return state !== 'RUNNING' && state !== 'PAUSED' && state !== 'ROLLING_BACK';
}
