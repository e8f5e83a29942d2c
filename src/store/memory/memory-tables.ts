import type { JsonObject } from '../../json/index.ts';
import { frozenCopy } from './frozen-copy.ts';
import { setUndoably, deleteUndoably, type UndoLog } from './undo-log.ts';

interface Placed {
  /** Keys keep the place of their first put until they are deleted. */
  readonly place: number;
  readonly row: JsonObject;
}

/**
 * Tables in memory, changed in place; the undo log knows the way back. Of each row that the transaction under way has
 * changed, what was committed is kept beside it, for those who read meanwhile.
 */
export class MemoryTables {
  readonly #undoLog: UndoLog;
  readonly #tables = new Map<string, Map<string, Placed>>();
  /** By table and key; undefined where there was no such row. */
  readonly #before = new Map<string, Map<string, Placed | undefined>>();
  #places = 0;

  constructor(undoLog: UndoLog) {
    this.#undoLog = undoLog;
  }

  get(table: string, key: string): JsonObject | undefined {
    return this.#tables.get(table)?.get(key)?.row;
  }

  put(table: string, key: string, row: JsonObject): void {
    const rows = this.#changing(table, key);
    const place = rows.get(key)?.place ?? this.#places++;
    setUndoably(this.#undoLog, rows, key, { place, row: frozenCopy(row) });
  }

  delete(table: string, key: string): void {
    deleteUndoably(this.#undoLog, this.#changing(table, key), key);
  }

  /** O(rows): a deletion that was undone is the only thing that leaves rows out of order. */
  list(table: string): readonly JsonObject[] {
    return listed(this.#tables.get(table)?.values() ?? []);
  }

  /** The transaction is over: what the tables hold now is committed. */
  commit(): void {
    this.#before.clear();
  }

  /** A row as it was last committed. */
  committed(table: string, key: string): JsonObject | undefined {
    const before = this.#before.get(table);
    return before?.has(key) ? before.get(key)?.row : this.get(table, key);
  }

  /** A table's rows as they were last committed. */
  committedList(table: string): readonly JsonObject[] {
    const before = this.#before.get(table);
    if (!before) return this.list(table);
    const unchanged = [...(this.#tables.get(table) ?? [])].filter(([key]) => !before.has(key));
    const rows = [...unchanged.map(([, placed]) => placed), ...before.values()];
    return listed(rows.filter((placed) => placed !== undefined));
  }

  /** The table's rows, of which this one is about to change. O(1). */
  #changing(table: string, key: string): Map<string, Placed> {
    const rows = entry(this.#tables, table);
    const before = entry(this.#before, table);
    if (!before.has(key)) before.set(key, rows.get(key));
    return rows;
  }
}

function entry<Value>(maps: Map<string, Map<string, Value>>, table: string): Map<string, Value> {
  const known = maps.get(table) ?? new Map<string, Value>();
  maps.set(table, known);
  return known;
}

function listed(rows: Iterable<Placed>): readonly JsonObject[] {
  return [...rows].sort((a, b) => a.place - b.place).map(({ row }) => row);
}
