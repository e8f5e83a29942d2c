import type PQueue from 'p-queue';
import type { RefusedError } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Scrubber } from '../secrets/index.ts';
import type { RunFilter, RunSummary, Store, StoreHealth } from '../store/index.ts';
import type { ProvidedService, Workflow } from '../workflow/index.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Listener } from './notice-bus.ts';
import type { OperationPreview } from './operation-preview.ts';
import type { Resolution, RollbackExtent } from './operations.ts';
import type { Run } from './run.ts';
import type { NoticeKind } from './run-notice.ts';

export interface EngineOptions {
  /** Where runs are kept. @default a memory store, which forgets them with the process */
  readonly store?: Store;
  /** Tasks running at once over all runs: a number, Infinity, or a p-queue that the program shares. @default 16 */
  readonly concurrency?: number | PQueue;
  /** @default silent */
  readonly logger?: Logger;
  /** Sizes of named limits; `host:*` sizes every name with that beginning. @default 1 for every named limit */
  readonly limits?: Readonly<Record<string, number>>;
  /** What task bodies ask for with `ctx.use`. */
  readonly services?: readonly ProvidedService[];
  /** Values that appear in no event, log, output or record; a scrubber, where some become known only later. */
  readonly secrets?: Iterable<string> | Scrubber;
  /** Workflows whose recorded runs this engine may act on. Those started here are known without. */
  readonly workflows?: readonly Workflow[];
  /**
   * Whether runs of these workflows are taken up by themselves when nobody alive has them: at once, and from then on
   * within a second. Without, `recover` does it once. @default true
   */
  readonly recover?: boolean;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: () => number;
}

export interface StartOptions {
  /** The same key with the same workflow and input gives the same run; with another, it is refused. */
  readonly idempotencyKey?: string;
  /** Who asks. @default 'admin' */
  readonly by?: string;
  /** The number of who asks, as the documented shapes tell it. @default 100, OCP's administrator */
  readonly byId?: number;
  /** Id of the request that asks; stands in the record and in log lines. 1 to 64 of `A-Za-z0-9._-`. @default none */
  readonly traceId?: string;
  /**
   * The run is cancelled in the name of `the run deadline` when it is under way for longer: counted from its start, a
   * pause included, and anew when it is retried after it has ended. Milliseconds, or Infinity. @default the workflow's
   */
  readonly deadlineMs?: number;
  /** Where another process finds the workflow again. */
  readonly workflowSource?: string;
}

export interface RecoverOptions {
  /**
   * Goes on with runs whose workflow has changed since: what was planned is what runs, and tasks of the same keys do what
   * they do now. @default false: they are refused, with the changed tasks named
   */
  readonly acceptChanges?: boolean;
  /** Who asks. @default 'admin' */
  readonly by?: string;
}

/** What came of a recovery. */
export interface Recovered {
  /** The runs that go on here, the oldest first. */
  readonly runs: readonly Run[];
  /** Open runs that do not, and why: `RUN_HELD`, `UNKNOWN_WORKFLOW`, `PLAN_CHANGED`, `SECRET_INPUT`. */
  readonly refused: readonly { readonly runId: number; readonly error: RefusedError }[];
}

export interface OperationOptions {
  /** Says what would be touched and does nothing. @default false */
  readonly dryRun?: boolean;
  /** Who asks. @default 'admin' */
  readonly by?: string;
  /** Id of the request that asks; stands in the record and in log lines. 1 to 64 of `A-Za-z0-9._-`. @default none */
  readonly traceId?: string;
}

export type RollbackOptions = OperationOptions & RollbackExtent;

/** The exact tasks that an operator action touches, in plan order. */
export interface OperationResult {
  readonly runId: number;
  readonly tasks: readonly { readonly number: number; readonly key: string }[];
  readonly isDryRun: boolean;
  /** Of a dry run: what each task does, what goes on after that, what it takes, and why nothing happens to the rest. */
  readonly preview?: OperationPreview;
}

/** Runs workflows. Made by `createEngine`. */
export interface Engine {
  /**
   * Starts a run; resolves once it is durable. Takes a workflow and its input, or a plan.
   *
   * @throws InvalidPlanError, ClaimHeldError, RefusedError `INVALID_TRACE_ID`, or what the workflow's `admit` refuses with: nothing was written then
   */
  start<Raw>(workflow: Workflow<Raw>, input: NoInfer<Raw>, options?: StartOptions): Promise<Run>;
  start(plan: Plan, options?: StartOptions): Promise<Run>;
  /** A run of this engine's store, live or recorded; undefined when there is none. */
  run(id: number): Promise<Run | undefined>;
  runs(filter?: RunFilter): Promise<readonly RunSummary[]>;
  /**
   * Takes up every open run of a known workflow whose process has ended, and goes on with it: what was under way is
   * settled by asking the world. Resolves when they have been taken; a process that only stands still is given until its
   * lease is over. Runs that made their process end more than three times without getting on are paused instead.
   */
  recover(options?: RecoverOptions): Promise<Recovered>;
  /** How writing to the store goes at this instant. While it does not go well, nothing new starts. */
  health(): StoreHealth;
  /**
   * Lets failed and cancelled tasks run again: all of a run, or one by key or number. Like every
   * action: of a run that another process has, that process carries it out; when it has ended, this engine takes the run.
   */
  retry(runId: number, task?: string | number, options?: OperationOptions): Promise<OperationResult>;
  skip(runId: number, task: string | number, options?: OperationOptions): Promise<OperationResult>;
  /** Cancels a run, or one running task. Resolves when the wish is recorded; the bodies end in their own time. */
  cancel(runId: number, task?: string | number, options?: OperationOptions): Promise<OperationResult>;
  /** Says how an UNKNOWN task really ended. */
  resolve(
    runId: number,
    task: string | number,
    resolution: Resolution,
    options?: OperationOptions,
  ): Promise<OperationResult>;
  pause(runId: number, options?: OperationOptions): Promise<OperationResult>;
  resume(runId: number, options?: OperationOptions): Promise<OperationResult>;
  /** Undoes, in reverse order, everything of an ended run that has run. */
  rollback(runId: number, options?: RollbackOptions): Promise<OperationResult>;
  /** Listens to all runs of this engine. Returns its own unsubscribe. */
  on<Kind extends NoticeKind>(kind: Kind, listener: Listener<Kind>): () => void;
  /**
   * Starts nothing more, waits up to `drainMs` for running tasks, then aborts them and gives them one more second. What
   * succeeds until then is recorded; what does not is left RUNNING in the record, because its outcome is not known.
   * Runs that are not over are let go, for any process to take up. Does not close a store that was passed in. Safe twice, safe before start.
   *
   * @default drainMs 5_000; Infinity waits as long as it takes
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}
