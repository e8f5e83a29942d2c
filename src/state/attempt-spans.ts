import type { SerializedError } from '../errors/index.ts';
import type { RunEvent, TaskEvent } from './run-event.ts';
import type { Asked } from './run-record.ts';
import type { TaskState } from './task-state.ts';

/** What a span of a task's time was for. */
export type SpanOperation = 'EXECUTE' | 'RETRY' | 'SKIP' | 'ROLLBACK';

/** How something ended. */
export interface SpanEnd {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly state: TaskState;
  /** What went wrong. */
  readonly error?: SerializedError;
  /** Who decided it, where somebody did. */
  readonly by?: string;
}

/** One attempt of a task, one attempt of its undo, or the moment at which it was skipped. */
export interface AttemptSpan {
  /** RETRY from the first attempt that an operator asked for; attempts that the task makes by itself keep the operation. */
  readonly operation: SpanOperation;
  /** Counts from 1; those of undos by themselves. Of SKIP it is that of the span before, 0 when there was none. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
  /** Who asked for its cancellation. */
  readonly cancelling?: Asked;
  /** Absent while it is under way. Of an outcome that nobody knows the state is UNKNOWN. */
  readonly end?: SpanEnd;
  /** What an operator decided about an outcome that nobody knew. */
  readonly resolution?: SpanEnd;
}

/** The attempts, undos and skips of one task (its index in the plan) in the order in which they began. O(events). */
export function attemptSpans(task: number, events: readonly RunEvent[]): readonly AttemptSpan[] {
  const spans: AttemptSpan[] = [];
  let operation: SpanOperation = 'EXECUTE';
  for (const event of events) {
    if (event.type === 'tasks-retried' && event.tasks.includes(task)) operation = 'RETRY';
    if (!('task' in event) || event.task !== task) continue;
    const last = spans.at(-1);
    const begun = begunSpan(event, operation, last);
    if (begun) spans.push(begun);
    else if (last) spans[spans.length - 1] = continued(last, event);
    if (begun && begun.operation !== 'SKIP') operation = begun.operation;
  }
  return spans;
}

function begunSpan(event: TaskEvent, operation: SpanOperation, last: AttemptSpan | undefined): AttemptSpan | undefined {
  const { type, atMs } = event;
  const attempt = last?.attempt ?? 0;
  if (type === 'task-started') return { operation, attempt: event.attempt, startedAtMs: atMs };
  if (type === 'task-rollback-started') {
    return { operation: 'ROLLBACK', attempt: operation === 'ROLLBACK' ? attempt + 1 : 1, startedAtMs: atMs };
  }
  if (type !== 'task-skipped' && type !== 'undo-skipped') return undefined;
  return { operation: 'SKIP', attempt, startedAtMs: atMs, end: { atMs, state: 'SKIPPED', by: event.by } };
}

function continued(span: AttemptSpan, event: TaskEvent): AttemptSpan {
  switch (event.type) {
    case 'task-cancelling':
      return { ...span, cancelling: { by: event.by, atMs: event.atMs } };
    case 'task-succeeded':
      return { ...span, end: { atMs: event.atMs, state: 'SUCCESS' } };
    case 'task-rolled-back':
      return { ...span, end: { atMs: event.atMs, state: 'ROLLED_BACK' } };
    case 'task-failed':
    case 'task-cancelled':
    case 'task-outcome-unknown':
    case 'task-rollback-failed':
      return { ...span, end: { atMs: event.atMs, state: failedStates[event.type], error: event.error } };
    case 'task-resolved-success':
      return { ...span, resolution: { atMs: event.atMs, state: 'SUCCESS', by: event.by } };
    case 'task-resolved-failed':
      return { ...span, resolution: { atMs: event.atMs, state: 'FAILED', error: event.error, by: event.by } };
    case 'task-started':
    case 'task-skipped':
    case 'task-rollback-started':
    case 'undo-skipped':
      // These begin a span of their own.
      return span;
  }
}

const failedStates = {
  'task-failed': 'FAILED',
  'task-cancelled': 'CANCELLED',
  'task-outcome-unknown': 'UNKNOWN',
  'task-rollback-failed': 'ROLLBACK_FAILED',
} as const;
