import type { Problem } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { CheckContext, TaskContext } from './task-context.ts';
import type { UpstreamRefs } from './upstream.ts';

/** Whether a task's effect is already in place. */
export type CheckAnswer<Output> = 'needed' | { readonly done: Output } | CheckUnknown;

/** Nobody can tell, and why. */
export interface CheckUnknown {
  readonly unknown: string;
  /** What `run` would fail with as things are; a dry run lists them all. @default none */
  readonly problems?: readonly Problem[];
}

/**
 * One thing that a task would do, for dry runs: a command or a statement exactly as it is sent, but for what nobody knows
 * before, which stands in angle brackets (`<token>`); or a note about the rest.
 */
export type PreviewStep =
  | { readonly kind: 'command'; readonly host: string; readonly text: string }
  | { readonly kind: 'sql'; readonly host: string; readonly text: string }
  | { readonly kind: 'note'; readonly text: string };

/** How often and how a failed attempt is tried again by itself. */
export interface RetryOptions {
  /** @default 1, which means no automatic retry */
  readonly attemptsMax?: number;
  /** Wait before the second attempt, in milliseconds. @default 1_000 */
  readonly backoffMs?: number;
  /** Each further wait is this many times the one before. @default 2 */
  readonly backoffFactor?: number;
  /** No wait is longer, in milliseconds. @default 60_000 */
  readonly backoffMaxMs?: number;
  /** Share of the wait, 0 to 1, that is drawn at random and taken off. @default 0.5 */
  readonly jitter?: number;
}

export interface TaskOptions<Input, Upstreams, Output> {
  /** Tasks that come first: a record to read their outputs by name, or a list. @default none */
  readonly upstream?: UpstreamRefs<Upstreams>;
  /** Read-only probe: is the effect already in place? */
  readonly check?: (
    context: CheckContext<Input, NoInfer<Upstreams>>,
  ) => CheckAnswer<NoInfer<Output>> | Promise<CheckAnswer<NoInfer<Output>>>;
  /** Does the work. What it returns is recorded, so it is a JSON value of at most 1 MiB (nothing counts as null). */
  readonly run: (context: TaskContext<Input, NoInfer<Upstreams>>) => Output | Promise<Output>;
  /**
   * Reverses the effect, given the recorded output; undefined when the task failed or was cancelled before it had one.
   * `'irreversible'` marks the point of no return.
   */
  readonly undo?:
    | 'irreversible'
    | ((context: TaskContext<Input, NoInfer<Upstreams>>, output: NoInfer<Output> | undefined) => void | Promise<void>);
  /** What `run` would do, in order; for dry runs. May throw what `run` would fail with as things are. */
  readonly preview?: (
    context: CheckContext<Input, NoInfer<Upstreams>>,
  ) => readonly PreviewStep[] | Promise<readonly PreviewStep[]>;
  /**
   * Whether `run` and `undo` may be called again for an attempt whose process has ended before it could record the
   * outcome: sending the effect twice does what sending it once does, or it goes out under the step token.
   *
   * @default false: `check` is asked, and when it cannot tell the task is UNKNOWN
   */
  readonly repeatable?: boolean;
  /**
   * Ends whatever an attempt has left running outside of this process, and clears away what it keeps there to be asked
   * again. Called when its outcome has been recorded, again by whoever takes the run up after a crash, and before an
   * attempt that was being cancelled then is settled. May be called when there is nothing to do.
   */
  readonly end?: (context: TaskContext<Input, NoInfer<Upstreams>>) => void | Promise<void>;
  readonly retry?: RetryOptions;
  /** The same for its undo, whose attempts are counted anew in each rollback. @default that of `retry` */
  readonly undoRetry?: RetryOptions;
  /** An attempt longer than this is aborted and fails. Milliseconds. @default none */
  readonly timeoutMs?: number;
  /** The same for its undo. Milliseconds. @default that of `timeoutMs` */
  readonly undoTimeoutMs?: number;
  /**
   * Expected length, for plans and the critical path; an attempt that runs three times as long is warned of. Milliseconds.
   *
   * @default 1_000, of which nobody is warned; a barrier's is 0
   */
  readonly estimateMs?: number;
  /** Named concurrency limits that an attempt holds one place of, such as `host:1`. @default none */
  readonly limits?: readonly string[];
  /** Higher starts first among ready tasks. @default the heaviest path from here to the end */
  readonly priority?: number;
  /** Whether an operator may skip it after a failure, and what its dependents then read. @default true */
  readonly skippable?: boolean | { readonly output: NoInfer<Output> };
  /** @default the name */
  readonly description?: string;
  /** Stable and unique. @default the name within its lane, then `#2`, `#3` … */
  readonly key?: string;
}

/** Options of a task that only joins. */
export type BarrierOptions = Pick<TaskOptions<never, never, never>, 'timeoutMs' | 'description' | 'key' | 'priority'>;

/** Options of a fan-out. */
export interface ForEachOptions<Item> {
  /** Names the lane. Unique and stable. @default the item's position */
  readonly key?: (item: Item, index: number) => string;
  /** At most this many tasks of the fan-out run at once. @default no limit of its own */
  readonly parallel?: number;
  /** Fewer items than this are refused. @default 0 */
  readonly itemsMin?: number;
}

/** A task body after declaration, its types erased: declaration has checked them. */
export interface TaskBody {
  readonly check?: ((context: CheckContext) => CheckAnswer<JsonValue> | Promise<CheckAnswer<JsonValue>>) | undefined;
  readonly run: (context: TaskContext) => unknown;
  readonly undo?: ((context: TaskContext, output: JsonValue | undefined) => void | Promise<void>) | undefined;
  readonly preview?: ((context: CheckContext) => readonly PreviewStep[] | Promise<readonly PreviewStep[]>) | undefined;
  readonly end?: ((context: TaskContext) => void | Promise<void>) | undefined;
}
