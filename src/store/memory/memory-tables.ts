import type { JsonObject } from '../../json/index.ts';
import { frozenCopy } from './frozen-copy.ts';
import { setUndoably, deleteUndoably, type UndoLog } from './undo-log.ts';

interface Placed {
  /** Keys keep the place of their first put until they are deleted. */
  readonly place: number;
  readonly row: JsonObject;
}

/** Tables in memory, changed in place; the undo log knows the way back. */
export class MemoryTables {
  readonly #undoLog: UndoLog;
  readonly #tables = new Map<string, Map<string, Placed>>();
  #places = 0;

  constructor(undoLog: UndoLog) {
    this.#undoLog = undoLog;
  }

  get(table: string, key: string): JsonObject | undefined {
    return this.#tables.get(table)?.get(key)?.row;
  }

  put(table: string, key: string, row: JsonObject): void {
    const rows = this.#rows(table);
    const place = rows.get(key)?.place ?? this.#places++;
    setUndoably(this.#undoLog, rows, key, { place, row: frozenCopy(row) });
  }

  delete(table: string, key: string): void {
    deleteUndoably(this.#undoLog, this.#rows(table), key);
  }

  /** O(rows): a deletion that was undone is the only thing that leaves rows out of order. */
  list(table: string): readonly JsonObject[] {
    const rows = [...(this.#tables.get(table)?.values() ?? [])];
    return rows.sort((a, b) => a.place - b.place).map(({ row }) => row);
  }

  #rows(table: string): Map<string, Placed> {
    const rows = this.#tables.get(table) ?? new Map<string, Placed>();
    this.#tables.set(table, rows);
    return rows;
  }
}
