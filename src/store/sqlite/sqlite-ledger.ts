import type { JsonObject } from '../../json/index.ts';
import type { RunEvent, RunHeader } from '../../state/index.ts';
import type { Extension, Hold, KeyUse, Ledger, LogRange } from '../ledger.ts';
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
} from '../store.ts';
import { StoreFailedError, StoreFullError } from '../store-failures.ts';
import { AsideFile } from './aside-file.ts';
import type { Connection } from './connection.ts';
import { encodeEvent } from './event-code.ts';
import { openConnections } from './open-connections.ts';
import { SqliteOwners } from './sqlite-owners.ts';
import { addWish, answerTo, answerWish, removeWish, wishesFor } from './sqlite-wishes.ts';
import { sqliteCode, sqliteCodeOf } from './sqlite-codes.ts';
import { listRuns, readLog, readRun, runVersions } from './sqlite-reads.ts';
import { readRow, readRows } from './sqlite-rows.ts';
import { endedRuns, removeRun } from './sqlite-prune.ts';
import { extendRun, insertRun, readHeader } from './sqlite-runs.ts';
import { unreadable } from './unreadable.ts';
import { WorkflowTables } from './workflow-tables.ts';

/** These refuse one statement and leave the transaction as it was before. Busy is met only where a transaction begins. */
const harmless: readonly (number | undefined)[] = [
  undefined,
  sqliteCode.busy,
  sqliteCode.constraint,
  sqliteCode.mismatch,
  sqliteCode.range,
];

/** A ledger in a SQLite file. Rows are kept as JSON texts, events as shorter ones, headers deflated. */
export class SqliteLedger implements Ledger<string> {
  readonly #file: string;
  readonly #reader: Connection;
  readonly #writer: Connection;
  readonly #tables: WorkflowTables;
  readonly #owners: SqliteOwners;
  readonly #aside: AsideFile;
  #failure: StoreFailedError | undefined;
  #obstacle: StoreFullError | undefined;

  /** Opens the file. @throws StoreUnreadableError, StoreVersionError, SqliteTooOldError */
  constructor(file: string, { busyMs, leaseMs }: { readonly busyMs: number; readonly leaseMs: number }) {
    const { reader, writer } = openConnections(file, busyMs);
    this.#file = file;
    this.#owners = new SqliteOwners({ reader, writer, leaseMs });
    this.#tables = new WorkflowTables(writer);
    this.#aside = new AsideFile(file);
    this.#reader = reader;
    this.#writer = writer;
    reader.nameFailure = (error) => unreadable(file, error);
    writer.nameFailure = (error) => this.#writeFailure(error);
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get obstacle(): Error | undefined {
    return this.#obstacle;
  }

  begin(): boolean {
    this.#obstacle = undefined;
    try {
      this.#writer.run('BEGIN IMMEDIATE');
      this.#tables.begin();
      return true;
    } catch (error) {
      if (error instanceof Error && sqliteCodeOf(error) === sqliteCode.busy) return false;
      throw error;
    }
  }

  commit(): void {
    this.#writer.run('COMMIT');
  }

  rollback(): void {
    this.#tables.rollback();
    try {
      if (this.#writer.isInTransaction) this.#writer.run('ROLLBACK');
    } catch {
      // What made it fail has been kept as the failure, and SQLite undoes the transaction when the file is opened next.
    }
    this.#obstacle = undefined;
  }

  savepoint(): void {
    this.#writer.run('SAVEPOINT member');
    this.#tables.savepoint();
  }

  releaseSavepoint(): void {
    this.#writer.run('RELEASE member');
  }

  undoSavepoint(): void {
    this.#tables.undoSavepoint();
    this.#writer.run('ROLLBACK TO member');
    this.#writer.run('RELEASE member');
  }

  getRow(table: string, key: string): JsonObject | undefined {
    return this.#tables.get(table, key);
  }

  putRow(table: string, key: string, row: JsonObject): void {
    this.#tables.put(table, key, row);
  }

  deleteRow(table: string, key: string): void {
    this.#tables.delete(table, key);
  }

  listRows(table: string): readonly JsonObject[] {
    return this.#tables.list(table);
  }

  draw(sequence: string, count: number): number {
    const draw =
      'INSERT INTO sequences (name, drawn) VALUES (?, ?) ON CONFLICT DO UPDATE SET drawn = drawn + excluded.drawn ' +
      'RETURNING drawn';
    return Number(this.#writer.get(draw, sequence, count)?.['drawn']) - count + 1;
  }

  claimHolder(claim: string): number | undefined {
    const found = this.#writer.get('SELECT run_id FROM claims WHERE claim = ?', claim);
    return found && Number(found['run_id']);
  }

  takeClaim(claim: string, runId: number): void {
    this.#writer.run('INSERT OR REPLACE INTO claims (claim, run_id) VALUES (?, ?)', claim, runId);
  }

  releaseClaims(runId: number): void {
    this.#writer.run('DELETE FROM claims WHERE run_id = ?', runId);
  }

  keyUse(key: string): KeyUse | undefined {
    const found = this.#writer.get('SELECT request, run_id FROM idempotency_keys WHERE key = ?', key);
    return found && { request: String(found['request']), runId: Number(found['run_id']) };
  }

  useKey(key: string, { request, runId }: KeyUse): void {
    this.#writer.run('INSERT INTO idempotency_keys (key, request, run_id) VALUES (?, ?, ?)', key, request, runId);
  }

  bodyOf(event: RunEvent): string {
    return encodeEvent(event);
  }

  hasRun(runId: number): boolean {
    return this.#writer.get('SELECT 1 FROM runs WHERE id = ?', runId) !== undefined;
  }

  header(runId: number): RunHeader | undefined {
    return readHeader(this.#writer, runId);
  }

  insertRun(header: RunHeader, ownerId: number | undefined): void {
    insertRun(this.#writer, header, ownerId);
  }

  extendRun(runId: number, extension: Extension<string>): boolean {
    return extendRun(this.#writer, runId, extension);
  }

  removeRun(run: PrunedRun): boolean {
    return removeRun(this.#writer, run);
  }

  endedRuns(): readonly PrunedRun[] {
    return endedRuns(this.#reader);
  }

  enrolOwner(id: number): void {
    this.#owners.enrol(id);
  }

  removeOwner(id: number): void {
    this.#owners.remove(id);
  }

  condemnOwner(id: number): void {
    this.#owners.condemn(id);
  }

  beat(id: number): boolean {
    return this.#owners.beat(id);
  }

  hold(runId: number): Hold | undefined {
    return this.#owners.hold(runId);
  }

  setHold(runId: number, hold: Pick<Hold, 'ownerId' | 'fence' | 'recoveries'>): void {
    this.#owners.setHold(runId, hold);
  }

  addWish(runId: number, wish: JsonObject): number {
    return addWish(this.#writer, runId, wish);
  }

  answerWish(id: number, answer: JsonObject): boolean {
    return answerWish(this.#writer, id, answer);
  }

  removeWish(id: number): boolean {
    return removeWish(this.#writer, id);
  }

  insertLog(lines: readonly LogLine[]): void {
    const insert = 'INSERT INTO log_lines (run_id, task, attempt, at_ms, level, text) VALUES (?, ?, ?, ?, ?, ?)';
    for (const { runId, task, attempt, atMs, level, text } of lines) {
      this.#writer.run(insert, runId, task, attempt, atMs, level, text);
    }
  }

  readRun(id: number): StoredRun | undefined {
    return readRun(this.#reader, id);
  }

  listRuns(filter: RunFilter & { readonly limit: number }): readonly RunSummary[] {
    return listRuns(this.#reader, filter);
  }

  runVersions(ids: readonly number[] | undefined): readonly RunVersion[] {
    return runVersions(this.#reader, ids);
  }

  atOneInstant<Result>(work: () => Result): Result {
    return this.#reader.atOneInstant(work);
  }

  committedRow(table: string, key: string): JsonObject | undefined {
    return readRow(this.#reader, table, key);
  }

  committedRows(table: string): readonly JsonObject[] {
    return readRows(this.#reader, table);
  }

  readLog(range: LogRange): readonly KeptLogLine[] {
    return readLog(this.#reader, range);
  }

  holder(ownerId: number): RunHolder | undefined {
    return this.#owners.holder(ownerId);
  }

  holderOf(runId: number): RunHolder | undefined {
    return this.#owners.holderOf(runId);
  }

  openRuns(): readonly OpenRun[] {
    return this.#owners.openRuns();
  }

  wishesFor(ownerId: number): readonly Wish[] {
    return wishesFor(this.#reader, ownerId);
  }

  answerTo(wishId: number): JsonObject | undefined {
    return answerTo(this.#reader, wishId);
  }

  keepAside(lines: readonly string[]): void {
    this.#aside.keep(lines, this.#failure ?? this.#obstacle);
  }

  forgetAside(): void {
    this.#aside.forget();
  }

  /** The writer is closed last: it folds the write-ahead log into the file when no other process uses the store. */
  close(): void {
    this.#reader.close();
    this.#writer.close();
  }

  #writeFailure(error: Error): Error {
    const code = sqliteCodeOf(error);
    if (harmless.includes(code)) return error;
    // Once the disk was full SQLite may have undone the transaction; what follows in it fails for that.
    if (this.#obstacle) return this.#obstacle;
    if (code === sqliteCode.full) return (this.#obstacle = new StoreFullError(this.#file, error));
    this.#failure ??= new StoreFailedError(this.#file, error);
    return this.#failure;
  }
}
