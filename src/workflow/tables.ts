import type { JsonObject } from '../json/index.ts';

/**
 * Rows that a workflow keeps beside its runs, in the same store: an inventory, say. A row is a JSON object under a key
 * within a table. All calls of one transaction see and write one consistent state, committed as a whole or not at all.
 */
export interface Tables {
  get(table: string, key: string): Promise<JsonObject | undefined>;
  put(table: string, key: string, row: JsonObject): Promise<void>;
  delete(table: string, key: string): Promise<void>;
  /** All rows of a table, in the order in which their keys were first put. */
  list(table: string): Promise<readonly JsonObject[]>;
  /** The next number of a named sequence; the first is 1. Numbers of a transaction that is not committed are reused. */
  nextNumber(sequence: string): Promise<number>;
}
