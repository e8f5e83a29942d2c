import type { JsonObject } from '../../json/index.ts';
import type { Connection } from './connection.ts';

/** A row of a workflow's table, as the connection sees it. */
export function readRow(connection: Connection, table: string, key: string): JsonObject | undefined {
  const found = connection.get('SELECT body FROM workflow_rows WHERE table_name = ? AND key = ?', table, key);
  return found && (JSON.parse(String(found['body'])) as JsonObject);
}

/** All rows of a table, in the order in which their keys were first put. O(rows). */
export function readRows(connection: Connection, table: string): readonly JsonObject[] {
  const found = connection.all('SELECT body FROM workflow_rows WHERE table_name = ? ORDER BY place', table);
  return found.map((row) => JSON.parse(String(row['body'])) as JsonObject);
}
