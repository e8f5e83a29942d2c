import type { JsonObject } from '../json/index.ts';
import type { RunEvent, RunHeader, RunState } from '../state/index.ts';
import type { Tables } from '../workflow/index.ts';
import type { OwnerFacts, OwnerListener, StoreHealth, StoreOwner } from './owner.ts';

/**
 * Where runs are kept: an append-only journal of events per run, with what must be decided in the same commit: claims,
 * idempotency keys, and the tables that workflows keep. Every promise settles only after the commit is durable.
 * `admit`, `also` and `work` run one at a time: they should wait for their tables only, since all writing waits for
 * them; a call of this store that would wait for itself is refused with `NestedTransactionError`, and their tables are
 * refused with `TransactionEndedError` once they have returned. What cannot be written for now (no space, another
 * process writes) waits until it can, but for new runs, which are refused; after a write whose outcome is open,
 * everything but reading is refused with the same `StoreFailedError` until the store is opened again. What then has not
 * been recorded of a run's outcomes is kept aside.
 * Adapters: `memoryStore()`, `sqliteStore(file)`; one contract suite holds both to this.
 */
export interface Store {
  /**
   * Makes the caller one of the store's owners: those who may have open runs. A run has at most one owner at a time,
   * who holds it by a lease with a fencing token that every append is checked against.
   */
  join(listener?: OwnerListener): StoreOwner;

  /**
   * Takes a run that nobody alive has: from now on its former owner, should it wake up, is refused.
   *
   * @throws UnknownRunError, RunHeldError
   */
  takeRun(runId: number, owner: StoreOwner): Promise<TakenRun>;

  /** Lets a run go that its owner cannot carry any further, for anybody to take. Does nothing when it is another's. */
  letGo(runId: number, owner: StoreOwner): Promise<void>;

  /** The runs that are not over, the oldest first, and who has them. */
  openRuns(): Promise<readonly OpenRun[]>;

  /** Whether other processes may use it at the same time. */
  readonly isShared: boolean;

  /** Who has a run; undefined when nobody does. Whether it is alive is judged at this instant. */
  holderOf(runId: number): Promise<RunHolder | undefined>;

  /** Leaves a wish for a run with whoever has it. @returns the wish's id */
  ask(runId: number, wish: JsonObject): Promise<number>;
  /** The wishes that nobody has answered yet, for the runs of an owner. */
  wishesFor(owner: StoreOwner): Promise<readonly Wish[]>;
  /** Answers a wish with which nothing is recorded; what is recorded is answered in its own commit. */
  answer(wishId: number, answer: JsonObject): Promise<void>;
  /** The answer to a wish, undefined while there is none. */
  answerTo(wishId: number): Promise<JsonObject | undefined>;
  /** Takes a wish back, or forgets an answered one. False when it had been answered. */
  withdraw(wishId: number): Promise<boolean>;

  /** How writing goes at this instant. */
  health(): StoreHealth;

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
   * @returns the fencing token of the next append
   * @throws UnknownRunError
   * @throws LeaseLostError when somebody else has taken the run since, with nothing written
   * @throws JournalMovedError when the journal does not end where `after` says
   * @throws ClaimHeldError when `take` meets a claim that another run holds, RunHeldError when another owner has the run
   */
  append(commit: JournalCommit): Promise<number>;

  /** A run's header, state and journal, or undefined. */
  readRun(id: number): Promise<StoredRun | undefined>;

  /**
   * How far each run is, ascending by id, without a look at headers or journals: so whoever keeps runs in memory learns
   * which have changed. O(runs), or O(ids).
   */
  runVersions(filter?: RunVersionFilter): Promise<readonly RunVersion[]>;

  /** Headers and states, newest first. */
  listRuns(filter?: RunFilter): Promise<readonly RunSummary[]>;

  /**
   * Removes runs that are over, the oldest first, each whole: its journal, log, wishes and idempotency key go in one
   * commit. Other writers get their turn in between. Ids are never given out again. A run that is taken up again
   * meanwhile stays.
   *
   * @returns what was removed, or would be
   */
  prune(request: PruneRequest): Promise<readonly PrunedRun[]>;

  /**
   * Keeps log lines, of any run. May be batched; `flush` or any later commit makes them durable, `readLog` shows them.
   *
   * @throws LogBacklogError when too many lines wait for a commit; RangeError for a line without whole numbers
   */
  appendLog(lines: readonly LogLine[]): void;

  /** Log lines of a run in the order in which they were kept. */
  readLog(query: LogQuery): Promise<readonly KeptLogLine[]>;

  /**
   * One transaction over the tables: committed when `work` resolves, undone when it throws. While nothing can be written
   * it waits for `patienceMs`, then rejects with what is in the way; `work` may be called again. @default 10_000
   */
  transact<Result>(work: (tables: Tables) => Promise<Result>, patienceMs?: number): Promise<Result>;

  /**
   * Reads the tables' rows as they were last committed, all of one instant. Never waits for who writes, and takes part in
   * no commit: what a transaction under way has written is not seen, in its own callback neither. `work` reads and
   * returns; once it has, its rows are refused with `TransactionEndedError`, so that it cannot be asynchronous.
   */
  view<Result>(work: (rows: TableRows) => Immediate<Result>): Promise<Result>;

  /** Resolves when everything accepted so far is durable. */
  flush(): Promise<void>;

  /** Commits what was accepted before. Safe twice. Later calls are refused with `StoreClosedError`. */
  close(): Promise<void>;
}

/** The tables' rows at one instant. What they give must not be changed. */
export interface TableRows {
  get(table: string, key: string): JsonObject | undefined;
  /** All rows of a table, in the order in which their keys were first put. O(rows). */
  list(table: string): readonly JsonObject[];
}

/** Anything but a promise. */
export type Immediate<Result> = Result extends PromiseLike<unknown> ? never : Result;

/** A run that has been taken: who takes it reads it afterwards, when nobody else can change it any more. */
export interface TakenRun {
  readonly run: StoredRun;
  /** How many owners in a row have vanished without any of its tasks coming to an end, the last one included. */
  readonly recoveries: number;
  /** The owner that has vanished; undefined when the run was let go. */
  readonly from: OwnerFacts | undefined;
}

/** A run that is not over. */
export interface OpenRun {
  readonly runId: number;
  readonly workflow: string;
  /** Undefined when nobody has it. */
  readonly holder: RunHolder | undefined;
  /** How often in a row it was taken from an owner that had vanished, without any task coming to an end since. */
  readonly recoveries: number;
}

/** The owner of a run. */
export interface RunHolder extends OwnerFacts {
  readonly isAlive: boolean;
  /** How long it takes at most until that is known for certain, in milliseconds. */
  readonly certainInMs: number;
}

/** What somebody asks of a run that another owner has. */
export interface Wish {
  readonly id: number;
  readonly runId: number;
  readonly wish: JsonObject;
}

export interface NewRun {
  /** Who is to have the run. Without one nobody has it: it waits to be taken. */
  readonly owner?: StoreOwner;
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
  /** The fencing token: 1 for a new run, then what the last append or the taking of the run gave. */
  readonly fence: number;
  /** How many events the journal holds before these, where that is known. */
  readonly after?: number;
  readonly events: readonly RunEvent[];
  /** The run's state after these events, for listing. */
  readonly state: RunState;
  /**
   * `release` with a terminal event, `take` when an ended run is taken up again: its claims, and the run itself by
   * `owner`. @default neither
   */
  readonly claims?: 'release' | 'take';
  readonly owner?: StoreOwner;
  /** The wish that these events fulfil, and its answer. */
  readonly answer?: { readonly wishId: number; readonly body: JsonObject };
  /** Writes to tables within the same commit, after the claims were moved. Not called when the commit is refused. */
  readonly also?: (tables: Tables) => Promise<void>;
}

export interface StoredRun extends RunSummary {
  readonly events: readonly RunEvent[];
  /** The fencing token that an append would need now. */
  readonly fence: number;
}

export interface RunSummary {
  readonly header: RunHeader;
  readonly state: RunState;
  /** Epoch milliseconds of the last event. */
  readonly updatedAtMs: number;
}

/** How far a run is. */
export interface RunVersion {
  readonly runId: number;
  readonly state: RunState;
  /** Epoch milliseconds of the last event. */
  readonly updatedAtMs: number;
  /** How many events its journal holds; only ever rises. */
  readonly eventCount: number;
}

export interface RunVersionFilter {
  /** Only runs of these ids; those that the store does not have are left out. @default all */
  readonly ids?: readonly number[];
}

export interface RunFilter {
  readonly state?: RunState;
  readonly workflow?: string;
  /** Only runs of these ids; those that the store does not have are left out. @default any */
  readonly ids?: readonly number[];
  /** @default 100, or with `ids` all of them; newest first; Infinity for all */
  readonly limit?: number;
}

/** Which of the runs that are over are to be removed: those that every condition holds for. */
export interface PruneRequest {
  /** Only those whose last event is older, in epoch milliseconds. @default of any age */
  readonly beforeMs?: number;
  /** So many of the newest stay in any case, counted among those in `states`. @default 0 */
  readonly keep?: number;
  /** Only those in these states. Open runs are never removed. @default all that are over */
  readonly states?: readonly RunState[];
  /** Says what would be removed, and removes nothing. @default false */
  readonly dryRun?: boolean;
}

export interface PrunedRun {
  readonly id: number;
  readonly workflow: string;
  readonly state: RunState;
  /** Epoch milliseconds of the last event. */
  readonly updatedAtMs: number;
  readonly eventCount: number;
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
