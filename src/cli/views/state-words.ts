import { unreachable } from './unreachable.ts';
import type { RunState, TaskState } from '../../state/index.ts';
import type { Tone } from './paint.ts';

/** A state as one character. */
export function stateMark(state: TaskState): string {
  return marks[state];
}

const marks: Readonly<Record<TaskState, string>> = Object.freeze({
  PENDING: '·',
  READY: '○',
  RUNNING: '●',
  SUCCESS: '✔',
  FAILED: '✖',
  SKIPPED: '⤼',
  CANCELLING: '◍',
  CANCELLED: '⊘',
  UNKNOWN: '?',
  ROLLING_BACK: '◍',
  ROLLED_BACK: '↩',
  ROLLBACK_FAILED: '✖',
});

/** What a state means, as a colour. */
export function stateTone(state: TaskState | RunState): Tone | undefined {
  switch (state) {
    case 'SUCCESS':
      return 'good';
    case 'FAILED':
    case 'ROLLBACK_FAILED':
      return 'bad';
    case 'RUNNING':
    case 'ROLLING_BACK':
      return 'busy';
    case 'CANCELLING':
    case 'CANCELLED':
    case 'UNKNOWN':
    case 'SKIPPED':
    case 'PAUSED':
    case 'ROLLED_BACK':
      return 'odd';
    case 'READY':
      return undefined;
    case 'PENDING':
      return 'quiet';
    default:
      return unreachable(state);
  }
}

/** The state that says most of several tasks: what went wrong first, then what is under way, then what is to come. */
export function leadingState(states: readonly TaskState[]): TaskState {
  return bySeverity.find((state) => states.includes(state)) ?? 'PENDING';
}

const bySeverity: readonly TaskState[] = Object.freeze([
  'FAILED',
  'ROLLBACK_FAILED',
  'UNKNOWN',
  'ROLLING_BACK',
  'CANCELLING',
  'RUNNING',
  'CANCELLED',
  'READY',
  'PENDING',
  'ROLLED_BACK',
  'SKIPPED',
  'SUCCESS',
]);
