import type { JsonObject } from '../json/index.ts';
import type { RunEvent, RunHeader, RunState } from '../state/index.ts';
import type { KeptLogLine, LogLine, RunFilter, RunSummary, StoredRun } from './store.ts';

/**
 * What an adapter provides: synchronous reads and writes, one transaction at a time with savepoints of one level.
 * `JournalStore` makes a store of it: it alone decides about claims, ids, idempotency, order and grouping.
 * `Body` is an event in the adapter's recorded form.
 */
export interface Ledger<Body = unknown> extends LedgerReads {
  /** Why nothing can be written any more, once a write has failed in a way that leaves its outcome open. */
  readonly failure: Error | undefined;

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
  insertRun(header: RunHeader): void;
  /** False, with nothing written, when there is no such run. */
  extendRun(runId: number, extension: Extension<Body>): boolean;
  /** Adapters may keep lines outside of the transaction. */
  insertLog(lines: readonly LogLine[]): void;

  close(): void;
}

/** Reads of what has been committed, never of what is being written. */
interface LedgerReads {
  readRun(id: number): StoredRun | undefined;
  listRuns(filter: RunFilter & { readonly limit: number }): readonly RunSummary[];
  readLog(range: LogRange): readonly KeptLogLine[];
}

/** What an idempotency key has made. */
export interface KeyUse {
  readonly request: string;
  readonly runId: number;
}

export interface Extension<Body> {
  readonly bodies: readonly Body[];
  readonly state: RunState;
  /** Epoch milliseconds of the last event; absent when there are no events. */
  readonly updatedAtMs?: number | undefined;
}

export interface LogRange {
  readonly runId: number;
  readonly task: number | undefined;
  readonly after: number;
  readonly limit: number;
}
