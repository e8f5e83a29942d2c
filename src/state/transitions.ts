import { PrecedeError } from '../errors/index.ts';
import type { RunEvent, RunEventType } from './run-event.ts';
import type { RunState, TaskState } from './task-state.ts';

/** One line of the table: this event takes a task from this state to that one. */
export interface TaskTransition {
  readonly event: RunEventType | 'upstreams-settled';
  readonly from: readonly TaskState[];
  readonly to: TaskState;
  /** When it is this line and not another of the same event. */
  readonly when?: string;
}

/** All that a task can go through. Checked at run time, enumerated in tests, drawn in the docs. */
export const taskTransitions: readonly TaskTransition[] = Object.freeze([
  { event: 'upstreams-settled', from: ['PENDING'], to: 'READY' },
  { event: 'task-started', from: ['READY'], to: 'RUNNING' },
  { event: 'task-succeeded', from: ['RUNNING', 'CANCELLING'], to: 'SUCCESS' },
  { event: 'task-failed', from: ['RUNNING'], to: 'FAILED', when: 'no automatic attempt is left' },
  { event: 'task-failed', from: ['RUNNING'], to: 'READY', when: 'an automatic attempt is left' },
  { event: 'task-cancelling', from: ['RUNNING'], to: 'CANCELLING' },
  { event: 'task-cancelled', from: ['CANCELLING'], to: 'CANCELLED' },
  { event: 'task-outcome-unknown', from: ['RUNNING', 'CANCELLING'], to: 'UNKNOWN' },
  { event: 'task-resolved-success', from: ['UNKNOWN'], to: 'SUCCESS' },
  { event: 'task-resolved-failed', from: ['UNKNOWN'], to: 'FAILED' },
  { event: 'tasks-retried', from: ['FAILED', 'CANCELLED'], to: 'READY' },
  { event: 'task-skipped', from: ['FAILED'], to: 'SKIPPED' },
  {
    event: 'task-rollback-started',
    from: ['SUCCESS', 'FAILED', 'CANCELLED', 'SKIPPED', 'ROLLBACK_FAILED'],
    to: 'ROLLING_BACK',
  },
  { event: 'task-rollback-started', from: ['READY'], to: 'ROLLING_BACK', when: 'an attempt has been made' },
  { event: 'task-rolled-back', from: ['ROLLING_BACK'], to: 'ROLLED_BACK' },
  { event: 'task-rollback-failed', from: ['ROLLING_BACK'], to: 'ROLLBACK_FAILED' },
  { event: 'undo-skipped', from: ['SUCCESS', 'FAILED', 'CANCELLED', 'ROLLBACK_FAILED'], to: 'SKIPPED' },
  { event: 'undo-skipped', from: ['READY'], to: 'SKIPPED', when: 'an attempt has been made' },
]);

/** One line of the run's table: this event takes a run from these states to one of those. */
export interface RunTransition {
  readonly event: RunEventType;
  readonly from: readonly RunState[];
  /** Several only where the event itself says which. */
  readonly to: readonly RunState[];
}

/**
 * All that a run can go through. An event that stands in no line is an affair of its task alone and leaves the run's
 * state as it is.
 */
export const runTransitions: readonly RunTransition[] = Object.freeze([
  { event: 'run-started', from: ['RUNNING'], to: ['RUNNING'] },
  { event: 'run-paused', from: ['RUNNING'], to: ['PAUSED'] },
  { event: 'run-resumed', from: ['PAUSED'], to: ['RUNNING'] },
  { event: 'run-cancel-requested', from: ['RUNNING', 'PAUSED'], to: ['RUNNING'] },
  { event: 'run-settled', from: ['RUNNING', 'PAUSED'], to: ['SUCCESS', 'FAILED', 'CANCELLED'] },
  { event: 'task-started', from: ['RUNNING'], to: ['RUNNING'] },
  // The start was decided before the pause was recorded.
  { event: 'task-started', from: ['PAUSED'], to: ['PAUSED'] },
  { event: 'tasks-retried', from: ['RUNNING', 'FAILED', 'CANCELLED'], to: ['RUNNING'] },
  { event: 'tasks-retried', from: ['PAUSED'], to: ['PAUSED'] },
  { event: 'task-skipped', from: ['RUNNING', 'FAILED', 'CANCELLED'], to: ['RUNNING'] },
  { event: 'task-skipped', from: ['PAUSED'], to: ['PAUSED'] },
  { event: 'run-rollback-started', from: ['SUCCESS', 'FAILED', 'CANCELLED', 'ROLLBACK_FAILED'], to: ['ROLLING_BACK'] },
  // The failure policy `rollback`, when nothing is in flight any more.
  { event: 'run-rollback-started', from: ['RUNNING'], to: ['ROLLING_BACK'] },
  { event: 'undos-retried', from: ['ROLLING_BACK', 'ROLLBACK_FAILED'], to: ['ROLLING_BACK'] },
  { event: 'undo-skipped', from: ['ROLLING_BACK', 'ROLLBACK_FAILED'], to: ['ROLLING_BACK'] },
  { event: 'task-rollback-started', from: ['ROLLING_BACK'], to: ['ROLLING_BACK'] },
  { event: 'run-settled', from: ['ROLLING_BACK'], to: ['ROLLED_BACK', 'ROLLBACK_FAILED'] },
]);

const runLinesOf = Map.groupBy(runTransitions, (line) => line.event);

/** An event that the table does not allow: a defect, never a user's mistake. */
export class IllegalTransitionError extends PrecedeError<'ILLEGAL_TRANSITION'> {
  constructor(event: string, subject: string, from: string) {
    super('ILLEGAL_TRANSITION', {
      message: `Event "${event}" is not allowed for ${subject} in state ${from}.`,
      details: { event, subject, from },
    });
  }
}

/** The line of the table for an event, or undefined when it is not allowed. */
export function taskTransition(
  event: TaskTransition['event'],
  from: TaskState,
  to?: TaskState,
): TaskTransition | undefined {
  return taskTransitions.find(
    (line) => line.event === event && line.from.includes(from) && (to ?? line.to) === line.to,
  );
}

/** Whether the table allows an event for a run in this state. */
export function allowsRunEvent(event: RunEventType, from: RunState, to?: RunState): boolean {
  const lines = runLinesOf.get(event);
  return !lines || lines.some((line) => line.from.includes(from) && (to === undefined || line.to.includes(to)));
}

/** The run's state after one more event, which the table allows. */
export function runStateAfter(current: RunState, event: RunEvent): RunState {
  if (event.type === 'run-settled') return event.state;
  return runLinesOf.get(event.type)?.find((line) => line.from.includes(current))?.to[0] ?? current;
}
