import { DatabaseError } from './database-error.ts';
import type { SqlRow } from './sql-row.ts';

/** The text of a column that must be there; DB_ANSWER_MALFORMED otherwise. Column names match in any case. */
export function readText(row: SqlRow, column: string): string {
  const value = readColumn(row, column);
  if (value === null) throw malformed(column, 'is NULL');
  return value;
}

/** A whole number of at least 0. */
export function readNumber(row: SqlRow, column: string): number {
  const text = readText(row, column);
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw malformed(column, `is ${shown(text)}, not a number`);
  return value;
}

/** YES or NO. */
export function readFlag(row: SqlRow, column: string): boolean {
  const text = readText(row, column);
  if (text !== 'YES' && text !== 'NO') throw malformed(column, `is ${shown(text)}, neither YES nor NO`);
  return text === 'YES';
}

/** A point in time as the server prints it; NULL and the zero date mean none. */
export function readTime(row: SqlRow, column: string): string | null {
  const value = readColumn(row, column);
  if (value === null || value.startsWith('0000-00-00')) return null;
  if (!/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}/.test(value)) throw malformed(column, `is ${shown(value)}, not a time`);
  return value;
}

/** 1 or 0. */
export function readBit(row: SqlRow, column: string): boolean {
  const text = readText(row, column);
  if (text !== '1' && text !== '0') throw malformed(column, `is ${shown(text)}, neither 1 nor 0`);
  return text === '1';
}

/** A point in time given as microseconds since 1970, as ISO 8601 in UTC without loss; 0 means none. */
export function readMicroseconds(row: SqlRow, column: string): string | null {
  const microseconds = readNumber(row, column);
  if (microseconds === 0) return null;
  const seconds = Math.floor(microseconds / 1_000_000);
  const fraction = String(microseconds % 1_000_000).padStart(6, '0');
  return new Date(seconds * 1_000).toISOString().replace('.000Z', `.${fraction}Z`);
}

function readColumn(row: SqlRow, column: string): string | null {
  const name = Object.keys(row).find((key) => key.toUpperCase() === column);
  const value = name === undefined ? undefined : row[name];
  if (value === undefined) throw malformed(column, 'is missing');
  return value;
}

function malformed(column: string, what: string): DatabaseError {
  return new DatabaseError('DB_ANSWER_MALFORMED', {
    message: `The database sent a row whose column ${column} ${what}.`,
    mayHaveRun: true,
    details: { column },
  });
}

function shown(text: string): string {
  return JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 60)}…`);
}
