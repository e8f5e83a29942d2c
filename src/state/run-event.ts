import type { SerializedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { TerminalRunState } from '../workflow/index.ts';

interface At {
  /** Epoch milliseconds, drawn by the shell and recorded, so that replay is exact. */
  readonly atMs: number;
}

interface By {
  /** Who asked. */
  readonly by: string;
  /** Id of the request by which they did; absent where it had none. */
  readonly traceId?: string;
}

interface OfTask {
  /** Index in the plan. */
  readonly task: number;
}

/**
 * Everything that can be recorded of a run: one closed union. State is a fold over these and nothing else.
 * That a task becomes READY because its upstreams are settled is not recorded: the fold derives it.
 */
export type RunEvent =
  | ({ readonly type: 'run-started' } & At & By)
  | ({ readonly type: 'run-paused' } & At & By)
  | ({ readonly type: 'run-resumed' } & At & By)
  | ({ readonly type: 'run-cancel-requested' } & At & By)
  | ({ readonly type: 'run-rollback-started'; readonly tasks: readonly number[] } & At & By)
  | ({ readonly type: 'run-settled'; readonly state: TerminalRunState } & At)
  /** The workflow has changed, and the run goes on with it all the same. */
  | ({ readonly type: 'changes-accepted'; readonly fingerprint: string } & At & By)
  | ({ readonly type: 'task-started'; readonly attempt: number } & OfTask & At)
  /** `isAdopted`: the effect was in place, so that `run` had nothing to do. */
  | ({ readonly type: 'task-succeeded'; readonly output: JsonValue; readonly isAdopted?: true } & OfTask & At)
  /** With `retryAtMs` the task waits for its next automatic attempt; without, it has failed for good. */
  | ({ readonly type: 'task-failed'; readonly error: SerializedError; readonly retryAtMs?: number } & OfTask & At)
  | ({ readonly type: 'task-cancelling' } & OfTask & At & By)
  | ({ readonly type: 'task-cancelled'; readonly error: SerializedError } & OfTask & At)
  | ({ readonly type: 'task-outcome-unknown'; readonly error: SerializedError } & OfTask & At)
  /** FAILED or CANCELLED tasks are to run again; an ended run is taken up again. */
  | ({ readonly type: 'tasks-retried'; readonly tasks: readonly number[] } & At & By)
  /** `output` is what dependents read; without it, reading throws. */
  | ({ readonly type: 'task-skipped'; readonly output?: JsonValue } & OfTask & At & By)
  | ({ readonly type: 'task-resolved-success'; readonly output: JsonValue } & OfTask & At & By)
  | ({ readonly type: 'task-resolved-failed'; readonly error: SerializedError } & OfTask & At & By)
  | ({ readonly type: 'task-rollback-started' } & OfTask & At)
  | ({ readonly type: 'task-rolled-back' } & OfTask & At)
  /** With `retryAtMs` the undo waits for its next automatic attempt; without, it has failed for good. */
  | ({ readonly type: 'task-rollback-failed'; readonly error: SerializedError; readonly retryAtMs?: number } & OfTask &
      At)
  /** Undos that have failed are to run again. */
  | ({ readonly type: 'undos-retried'; readonly tasks: readonly number[] } & At & By)
  /** The rollback goes on without undoing the task, which is left as it is. */
  | ({ readonly type: 'undo-skipped' } & OfTask & At & By);

export type RunEventType = RunEvent['type'];

/** An event of one task. */
export type TaskEvent = Extract<RunEvent, { readonly task: number }>;
