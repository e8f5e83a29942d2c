import { DatabaseError } from './database-error.ts';
import type { SqlRow } from './sql-row.ts';

/** What mysql2 hands out for one statement: rows as lists of bytes, with their columns; or a result header. */
export interface RawAnswer {
  readonly rows: unknown;
  readonly columns: readonly { readonly name: string }[] | undefined;
}

/** The rows of an answer. Throws `DB_ANSWER_MALFORMED` unless it is one result set with distinct columns. */
export function rowsOf(answer: RawAnswer): readonly SqlRow[] {
  const { rows, columns } = answer;
  if (!Array.isArray(rows) || !isColumns(columns)) throw malformed('is not one result set');
  const names = columns.map((column) => column.name);
  if (new Set(names).size !== names.length) throw malformed('has two columns of one name');
  return rows.map((row) => rowOf(row, names));
}

/** How many rows a statement without result set touched. Throws `DB_ANSWER_MALFORMED` when rows came. */
export function affectedRowsOf(answer: RawAnswer): number {
  const { rows } = answer;
  const affected: unknown = typeof rows === 'object' && rows !== null ? Reflect.get(rows, 'affectedRows') : undefined;
  if (typeof affected !== 'number') throw malformed('is not that of a statement without rows');
  return affected;
}

function isColumns(columns: RawAnswer['columns']): columns is readonly { readonly name: string }[] {
  const list: readonly unknown[] = Array.isArray(columns) ? columns : [];
  return list.length > 0 && list.every((column) => typeof column === 'object' && column !== null && 'name' in column);
}

function rowOf(cells: unknown, names: readonly string[]): SqlRow {
  if (!Array.isArray(cells) || cells.length !== names.length) throw malformed('has a row of another width');
  const row = Object.create(null) as Record<string, string | null>;
  for (const [index, name] of names.entries()) row[name] = textOf(cells[index]);
  return Object.freeze(row);
}

/** The values come uninterpreted, so that no parser runs on what a server claims them to be. */
function textOf(cell: unknown): string | null {
  if (cell === null) return null;
  if (Buffer.isBuffer(cell)) return cell.toString('utf8');
  throw malformed('has a value that is not text');
}

function malformed(what: string): DatabaseError {
  return new DatabaseError('DB_ANSWER_MALFORMED', {
    message: `The database sent an answer that ${what}.`,
    mayHaveRun: true,
  });
}
