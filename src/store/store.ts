import type { RunEvent, RunHeader, RunState } from '../state/index.ts';
import type { Tables } from '../workflow/index.ts';

/**
 * Where runs are kept: an append-only journal of events per run, with what must be decided in the same commit: claims,
 * idempotency keys, and the tables that workflows keep. Every promise settles only after the commit is durable.
 * `admit`, `also` and `work` run one at a time: they should wait for their tables only, since all writing waits for
 * them; a call of this store that would wait for itself is refused with `NestedTransactionError`, and their tables are
 * refused with `TransactionEndedError` once they have returned. After a write that failed, or whose outcome is open,
 * everything but reading is refused with the same `StoreFailedError` until the store is opened again.
 * Adapters: `memoryStore()`, `sqliteStore(file)`; one contract suite holds both to this.
 */
export interface Store {
  /**
   * Creates a run in one commit: its ids, its header, its first events, its claims, its idempotency key, and whatever
   * `admit` writes. When `admit` throws, or a claim is held, nothing is written.
   *
   * @throws ClaimHeldError naming the run that holds a claim
   * @returns the existing run instead, when the idempotency key is known and its request is the same
   * @throws IdempotencyKeyError when the key is known with another request
   * @throws HeaderMismatchError when the header has other ids or claims than the run was given
   */
  createRun(request: NewRun): Promise<CreatedRun>;

  /**
   * Appends events to a run's journal in one commit, with what belongs to them. Events of one run never interleave.
   *
   * @throws UnknownRunError
   * @throws ClaimHeldError when `take` meets a claim that another run holds, with nothing written
   */
  append(commit: JournalCommit): Promise<void>;

  /** A run's header, state and journal, or undefined. */
  readRun(id: number): Promise<StoredRun | undefined>;

  /** Headers and states, newest first. */
  listRuns(filter?: RunFilter): Promise<readonly RunSummary[]>;

  /**
   * Keeps log lines, of any run. May be batched; `flush` or any later commit makes them durable, `readLog` shows them.
   *
   * @throws LogBacklogError when too many lines wait for a commit; RangeError for a line without whole numbers
   */
  appendLog(lines: readonly LogLine[]): void;

  /** Log lines of a run in the order in which they were kept. */
  readLog(query: LogQuery): Promise<readonly KeptLogLine[]>;

  /** One transaction over the tables: committed when `work` resolves, undone when it throws. */
  transact<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result>;

  /** Resolves when everything accepted so far is durable. */
  flush(): Promise<void>;

  /** Commits what was accepted before. Safe twice. Later calls are refused with `StoreClosedError`. */
  close(): Promise<void>;
}

export interface NewRun {
  readonly claims: readonly string[];
  /** Ids to reserve for the run's tasks. */
  readonly taskCount: number;
  readonly idempotency?: { readonly key: string; /** Hash of workflow and input. */ readonly request: string };
  /** Called within the commit, after the claims have been taken, with the ids drawn. */
  readonly admit: (ids: RunIds, tables: Tables) => Promise<Admitted>;
}

export interface RunIds {
  readonly runId: number;
  readonly firstTaskId: number;
}

export interface Admitted {
  readonly header: RunHeader;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
}

export interface CreatedRun {
  readonly header: RunHeader;
  /** True when the idempotency key had already made this run. */
  readonly isExisting: boolean;
}

export interface JournalCommit {
  readonly runId: number;
  readonly events: readonly RunEvent[];
  /** The run's state after these events, for listing. */
  readonly state: RunState;
  /** `release` with a terminal event, `take` when an ended run is taken up again. @default neither */
  readonly claims?: 'release' | 'take';
  /** Writes to tables within the same commit, after the claims were moved. Not called when the commit is refused. */
  readonly also?: (tables: Tables) => Promise<void>;
}

export interface StoredRun extends RunSummary {
  readonly events: readonly RunEvent[];
}

export interface RunSummary {
  readonly header: RunHeader;
  readonly state: RunState;
  /** Epoch milliseconds of the last event. */
  readonly updatedAtMs: number;
}

export interface RunFilter {
  readonly state?: RunState;
  readonly workflow?: string;
  /** @default 100; newest first; Infinity for all */
  readonly limit?: number;
}

/** One line of a task's log. Already scrubbed. */
export interface LogLine {
  readonly runId: number;
  /** Index in the plan. */
  readonly task: number;
  readonly attempt: number;
  readonly atMs: number;
  readonly level: 'debug' | 'info' | 'warn' | 'output';
  readonly text: string;
}

export interface KeptLogLine extends LogLine {
  /** Rises with each line kept in the store. */
  readonly sequence: number;
}

export interface LogQuery {
  readonly runId: number;
  readonly task?: number;
  /** Only lines after this sequence number. @default 0 */
  readonly after?: number;
  /** @default 1_000 */
  readonly limit?: number;
}
