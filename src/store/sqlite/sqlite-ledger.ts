import type { JsonObject } from '../../json/index.ts';
import type { RunEvent, RunHeader } from '../../state/index.ts';
import type { Extension, KeyUse, Ledger, LogRange } from '../ledger.ts';
import type { KeptLogLine, LogLine, RunFilter, RunSummary, StoredRun } from '../store.ts';
import { StoreFailedError } from '../store-failures.ts';
import type { Connection } from './connection.ts';
import { openConnections } from './open-connections.ts';
import { sqliteCode, sqliteCodeOf } from './sqlite-codes.ts';
import { listRuns, readLog, readRun } from './sqlite-reads.ts';
import { unreadable } from './unreadable.ts';

/** These refuse one statement and leave the transaction as it was before. Busy is met only where a transaction begins. */
const harmless: readonly (number | undefined)[] = [
  undefined,
  sqliteCode.busy,
  sqliteCode.constraint,
  sqliteCode.mismatch,
  sqliteCode.range,
];

/** A ledger in a SQLite file. Events and rows are kept as JSON texts. */
export class SqliteLedger implements Ledger<string> {
  readonly #file: string;
  readonly #reader: Connection;
  readonly #writer: Connection;
  #failure: StoreFailedError | undefined;

  /** Opens the file. @throws StoreUnreadableError, StoreVersionError, SqliteTooOldError */
  constructor(file: string, busyMs: number) {
    const { reader, writer } = openConnections(file, busyMs);
    this.#file = file;
    this.#reader = reader;
    this.#writer = writer;
    reader.nameFailure = (error) => unreadable(file, error);
    writer.nameFailure = (error) => this.#writeFailure(error);
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  begin(): boolean {
    try {
      this.#writer.run('BEGIN IMMEDIATE');
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
    try {
      if (this.#writer.isInTransaction) this.#writer.run('ROLLBACK');
    } catch {
      // What made it fail has been kept as the failure, and SQLite undoes the transaction when the file is opened next.
    }
  }

  savepoint(): void {
    this.#writer.run('SAVEPOINT member');
  }

  releaseSavepoint(): void {
    this.#writer.run('RELEASE member');
  }

  undoSavepoint(): void {
    this.#writer.run('ROLLBACK TO member');
    this.#writer.run('RELEASE member');
  }

  getRow(table: string, key: string): JsonObject | undefined {
    const found = this.#writer.get('SELECT body FROM workflow_rows WHERE table_name = ? AND key = ?', table, key);
    return found && (JSON.parse(String(found['body'])) as JsonObject);
  }

  putRow(table: string, key: string, row: JsonObject): void {
    const put =
      'INSERT INTO workflow_rows (table_name, key, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body';
    this.#writer.run(put, table, key, JSON.stringify(row));
  }

  deleteRow(table: string, key: string): void {
    this.#writer.run('DELETE FROM workflow_rows WHERE table_name = ? AND key = ?', table, key);
  }

  listRows(table: string): readonly JsonObject[] {
    const found = this.#writer.all('SELECT body FROM workflow_rows WHERE table_name = ? ORDER BY place', table);
    return found.map((row) => JSON.parse(String(row['body'])) as JsonObject);
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
    return JSON.stringify(event);
  }

  hasRun(runId: number): boolean {
    return this.#writer.get('SELECT 1 FROM runs WHERE id = ?', runId) !== undefined;
  }

  header(runId: number): RunHeader | undefined {
    const found = this.#writer.get('SELECT body FROM run_headers WHERE run_id = ?', runId);
    return found && (JSON.parse(String(found['body'])) as RunHeader);
  }

  insertRun(header: RunHeader): void {
    const insert = "INSERT INTO runs (id, workflow, state, updated_at_ms, event_count) VALUES (?, ?, 'RUNNING', ?, 0)";
    this.#writer.run(insert, header.id, header.workflow, header.createdAtMs);
    this.#writer.run('INSERT INTO run_headers (run_id, body) VALUES (?, ?)', header.id, JSON.stringify(header));
  }

  /** The state stands in an index and seldom changes, so that it is written only when it does. */
  extendRun(runId: number, { bodies, state, updatedAtMs }: Extension<string>): boolean {
    const update =
      'UPDATE runs SET updated_at_ms = coalesce(?, updated_at_ms), event_count = event_count + ? WHERE id = ? ' +
      'RETURNING event_count, state';
    const run = this.#writer.get(update, updatedAtMs ?? null, bodies.length, runId);
    if (!run) return false;
    if (run['state'] !== state) this.#writer.run('UPDATE runs SET state = ? WHERE id = ?', state, runId);
    let sequence = Number(run['event_count']) - bodies.length;
    for (const body of bodies) {
      this.#writer.run('INSERT INTO events (run_id, sequence, body) VALUES (?, ?, ?)', runId, ++sequence, body);
    }
    return true;
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

  readLog(range: LogRange): readonly KeptLogLine[] {
    return readLog(this.#reader, range);
  }

  /** The writer is closed last: it folds the write-ahead log into the file when no other process uses the store. */
  close(): void {
    this.#reader.close();
    this.#writer.close();
  }

  #writeFailure(error: Error): Error {
    if (harmless.includes(sqliteCodeOf(error))) return error;
    this.#failure ??= new StoreFailedError(this.#file, error);
    return this.#failure;
  }
}
