import type { SqlValue } from './sql-statement.ts';

/** How a column travels: the MySQL protocol's type numbers. */
export type ColumnType = 'text' | 'integer' | 'timestamp';

/** A table as rows of values in the order of its columns. */
export interface SqlTable {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** `2026-01-31 09:05:00.123000` in this machine's time zone, as OceanBase prints a TIMESTAMP(6). */
export function sqlTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}000`;
}
