import type { JsonObject } from '../../json/index.ts';
import { frozenCopy } from '../memory/frozen-copy.ts';
import type { Connection } from './connection.ts';
import { readRow } from './sqlite-rows.ts';

/** A larger table is read anew each time that it is listed. */
const rowsKeptMax = 4_096;

/**
 * The workflows' tables as the writer's transaction sees them. The rows of a table that was listed are kept, each parsed
 * once, for as long as nobody but this connection writes to the file: admitting a run looks at all servers, and hundreds
 * of runs may be admitted in a second.
 */
export class WorkflowTables {
  readonly #writer: Connection;
  /** By table, then by key in the order of the first put. */
  readonly #kept = new Map<string, Map<string, JsonObject>>();
  /** Tables that were written to since the last savepoint; one that is listed afterwards shows what may be undone. */
  readonly #changed = new Set<string>();
  #version: unknown;

  constructor(writer: Connection) {
    this.#writer = writer;
  }

  /** A transaction has begun, so that nobody else writes: what others have written since the last one is read anew. */
  begin(): void {
    const version = this.#writer.get('PRAGMA data_version')?.['data_version'];
    if (version !== this.#version) this.#kept.clear();
    this.#version = version;
  }

  savepoint(): void {
    this.#changed.clear();
  }

  /** What was written since the savepoint has been undone. */
  undoSavepoint(): void {
    for (const table of this.#changed) this.#kept.delete(table);
  }

  /** What was written since the transaction began has been undone. */
  rollback(): void {
    this.#kept.clear();
  }

  get(table: string, key: string): JsonObject | undefined {
    const kept = this.#kept.get(table);
    return kept ? kept.get(key) : readRow(this.#writer, table, key);
  }

  put(table: string, key: string, row: JsonObject): void {
    const put =
      'INSERT INTO workflow_rows (table_name, key, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body';
    this.#writer.run(put, table, key, JSON.stringify(row));
    this.#changed.add(table);
    this.#kept.get(table)?.set(key, frozenCopy(row));
  }

  delete(table: string, key: string): void {
    this.#writer.run('DELETE FROM workflow_rows WHERE table_name = ? AND key = ?', table, key);
    this.#changed.add(table);
    this.#kept.get(table)?.delete(key);
  }

  /** In the order in which keys were first put. O(rows), and cheap where nothing has changed. */
  list(table: string): readonly JsonObject[] {
    const kept = this.#kept.get(table) ?? this.#read(table);
    if (kept.size <= rowsKeptMax) this.#kept.set(table, kept);
    else this.#kept.delete(table);
    return [...kept.values()];
  }

  #read(table: string): Map<string, JsonObject> {
    const select = 'SELECT key, body FROM workflow_rows WHERE table_name = ? ORDER BY place';
    const rows = this.#writer.allArrays(select, table);
    return new Map(rows.map(([key, body]) => [String(key), frozenCopy(JSON.parse(String(body)) as JsonObject)]));
  }
}
