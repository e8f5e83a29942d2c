import type { JsonObject } from '../json/index.ts';
import type { RunEvent, RunHeader, RunState } from '../state/index.ts';
import type {
  KeptLogLine,
  LogLine,
  OpenRun,
  PrunedRun,
  RunFilter,
  RunHolder,
  RunSummary,
  RunVersion,
  StoredRun,
  Wish,
} from './store.ts';

/**
 * What an adapter provides: synchronous reads and writes, one transaction at a time with savepoints of one level.
 * `JournalStore` makes a store of it: it alone decides about claims, ids, idempotency, order and grouping.
 * `Body` is an event in the adapter's recorded form.
 */
export interface Ledger<Body = unknown> extends LedgerReads {
  /** Why nothing can be written any more, once a write has failed in a way that leaves its outcome open. */
  readonly failure: Error | undefined;
  /** Why the transaction under way cannot be committed, though a later one may be: there is no space. Gone with it. */
  readonly obstacle: Error | undefined;

  /** Starts a transaction; false when another process is writing. */
  begin(): boolean;
  commit(): void;
  /** Undoes the transaction. Safe when there is none. */
  rollback(): void;
  savepoint(): void;
  releaseSavepoint(): void;
  /** Undoes what was written since the savepoint, and drops it. */
  undoSavepoint(): void;

  getRow(table: string, key: string): JsonObject | undefined;
  putRow(table: string, key: string, row: JsonObject): void;
  deleteRow(table: string, key: string): void;
  listRows(table: string): readonly JsonObject[];
  /** Draws `count` numbers of a sequence that begins at 1, and gives the first. */
  draw(sequence: string, count: number): number;

  claimHolder(claim: string): number | undefined;
  takeClaim(claim: string, runId: number): void;
  releaseClaims(runId: number): void;

  keyUse(key: string): KeyUse | undefined;
  useKey(key: string, use: KeyUse): void;

  /** An event in recorded form: later changes of what the caller holds do not reach it. */
  bodyOf(event: RunEvent): Body;
  hasRun(runId: number): boolean;
  header(runId: number): RunHeader | undefined;
  insertRun(header: RunHeader, ownerId: number | undefined): void;
  /** False, with nothing written, when there is no such run, or its hold or its length is another. */
  extendRun(runId: number, extension: Extension<Body>): boolean;
  /** Removes a run and all that is kept of it; false when it is not there, is open, or was extended since. */
  removeRun(run: PrunedRun): boolean;
  /** Adds an owner that is this process, unless it is there. */
  enrolOwner(id: number): void;
  /** Removes an owner and lets its runs go. Safe twice. */
  removeOwner(id: number): void;
  /** An owner that was taken for dead: should it wake up, it finds out. */
  condemnOwner(id: number): void;
  /** Shows that an owner is alive; false when it has been removed or condemned. */
  beat(id: number): boolean;
  hold(runId: number): Hold | undefined;
  setHold(runId: number, hold: Pick<Hold, 'ownerId' | 'fence' | 'recoveries'>): void;

  addWish(runId: number, wish: JsonObject): number;
  /** False when there is none that waits for an answer. */
  answerWish(id: number, answer: JsonObject): boolean;
  /** False when it had been answered. */
  removeWish(id: number): boolean;

  /** Adapters may keep lines outside of the transaction. */
  insertLog(lines: readonly LogLine[]): void;

  /** Keeps outside of what cannot be written what would be lost otherwise. Must not throw. */
  keepAside(lines: readonly string[]): void;
  /** All that was kept aside has been written after all. Must not throw. */
  forgetAside(): void;

  close(): void;
}

/** Reads of what has been committed, never of what is being written. */
interface LedgerReads {
  readRun(id: number): StoredRun | undefined;
  listRuns(filter: RunFilter & { readonly limit: number }): readonly RunSummary[];
  /** Ascending by id; all runs without `ids`. */
  runVersions(ids: readonly number[] | undefined): readonly RunVersion[];
  /** Makes all that `work` reads of what is committed be of one instant. May be nested. */
  atOneInstant<Result>(work: () => Result): Result;
  committedRow(table: string, key: string): JsonObject | undefined;
  committedRows(table: string): readonly JsonObject[];
  /** Runs that are over, newest first. */
  endedRuns(): readonly PrunedRun[];
  readLog(range: LogRange): readonly KeptLogLine[];
  /** An owner as far as it can be told whether it is alive; undefined when it was removed. */
  holder(ownerId: number): RunHolder | undefined;
  holderOf(runId: number): RunHolder | undefined;
  openRuns(): readonly OpenRun[];
  /** Unanswered wishes for the runs of an owner, in the order in which they came. */
  wishesFor(ownerId: number): readonly Wish[];
  answerTo(wishId: number): JsonObject | undefined;
}

/** In whose hands a run is. */
export interface Hold {
  readonly ownerId: number | undefined;
  readonly fence: number;
  /** How many owners in a row have vanished without a task coming to an end. */
  readonly recoveries: number;
  readonly eventCount: number;
}

/** What an idempotency key has made. */
export interface KeyUse {
  readonly request: string;
  readonly runId: number;
}

export interface Extension<Body> {
  readonly bodies: readonly Body[];
  readonly state: RunState;
  readonly fence: number;
  /** How many events there must be already. */
  readonly after?: number | undefined;
  /** Whether a task, or the run, comes to an end with it: the run does get on. */
  readonly isProgress: boolean;
  /** Epoch milliseconds of the last event; absent when there are no events. */
  readonly updatedAtMs?: number | undefined;
}

export interface LogRange {
  readonly runId: number;
  readonly task: number | undefined;
  readonly after: number;
  readonly limit: number;
}
