import type { HostConfig } from '../host-config.ts';
import { sqlErrors, SqlRefusal } from './sql-refusal.ts';
import type { Condition, SelectItem, SelectStatement, SqlValue } from './sql-statement.ts';
import { sqlTime, type ColumnType, type SqlTable } from './sql-table.ts';

/** A row with its values found by column name. */
type ValueOf = (column: string) => SqlValue;

/** What a SELECT answers about besides a table. */
export interface Scene {
  readonly nowMs: number;
  readonly obVersion: string;
  readonly serverVersion: string;
}

/** The scene of a host, now. */
export function sceneOf({ release }: HostConfig): Scene {
  return { nowMs: Date.now(), obVersion: release.obVersion, serverVersion: release.serverVersion };
}

/** The answer to a SELECT over `table` (undefined for one without FROM). Throws a `SqlRefusal` for an unknown column. */
export function select(statement: SelectStatement, table: SqlTable | undefined, scene: Scene): SqlTable {
  const source: SqlTable = table ?? { columns: [], rows: [[]] };
  const kept = source.rows
    .map(
      (row): ValueOf =>
        (column) =>
          row[indexOf(source, column)] ?? null,
    )
    .filter((valueOf) => statement.where.every((condition) => holds(condition, valueOf)));
  const ordered = inOrder(kept, statement.orderBy).slice(0, statement.limit);
  const items = statement.items.flatMap((item) => expand(item, source));
  const rows = items.some((item) => item.kind === 'count') ? [countRow(items, kept.length)] : undefined;
  return {
    columns: items.map((item) => ({ name: item.kind === 'star' ? '*' : item.alias, type: typeOf(item, source) })),
    rows: rows ?? ordered.map((valueOf) => items.map((item) => valueOfItem(item, valueOf, scene))),
  };
}

function expand(item: SelectItem, table: SqlTable): SelectItem[] {
  if (item.kind !== 'star') return [item];
  return table.columns.map(({ name }) => ({ kind: 'column', name, alias: name }));
}

function countRow(items: readonly SelectItem[], count: number): SqlValue[] {
  return items.map((item) => (item.kind === 'value' ? item.value : item.kind === 'count' ? count : null));
}

function valueOfItem(item: SelectItem, valueOf: ValueOf, scene: Scene): SqlValue {
  if (item.kind === 'value') return item.value;
  if (item.kind === 'column') return item.name.startsWith('@@') ? variable(item.name, scene) : valueOf(item.name);
  if (item.kind === 'call') return call(item.name, item.column === undefined ? null : valueOf(item.column), scene);
  return null;
}

function call(name: string, argument: SqlValue, scene: Scene): SqlValue {
  switch (name) {
    case 'version':
      return scene.serverVersion;
    case 'ob_version':
      return scene.obVersion;
    case 'now':
    case 'current_timestamp':
      return sqlTime(scene.nowMs);
    case 'database':
      return 'oceanbase';
    case 'user':
    case 'current_user':
      return 'root@%';
    case 'time_to_usec':
      return argument === null ? null : microseconds(argument);
    case 'unix_timestamp':
      return argument === null ? null : Math.floor(microseconds(argument) / 1_000_000);
    default:
      throw new SqlRefusal(sqlErrors.syntax, `The stand-in database does not know the function ${name}`);
  }
}

function microseconds(time: SqlValue): number {
  return Date.parse(String(time).replace(' ', 'T').slice(0, 23)) * 1_000;
}

function variable(name: string, { serverVersion }: Scene): SqlValue {
  const values: Readonly<Record<string, SqlValue>> = {
    '@@version': serverVersion,
    '@@version_comment': 'Stand-in of Precede, not OceanBase',
    '@@autocommit': 1,
  };
  return values[name.toLowerCase()] ?? null;
}

function typeOf(item: SelectItem, table: SqlTable): ColumnType {
  if (item.kind === 'count') return 'integer';
  if (item.kind === 'value') return typeof item.value === 'number' ? 'integer' : 'text';
  if (item.kind === 'call') return ['time_to_usec', 'unix_timestamp'].includes(item.name) ? 'integer' : 'text';
  if (item.kind === 'star' || item.name.startsWith('@@')) return 'text';
  return table.columns[indexOf(table, item.name)]?.type ?? 'text';
}

function indexOf(table: SqlTable, column: string): number {
  const index = table.columns.findIndex(({ name }) => name.toUpperCase() === column.toUpperCase());
  if (index < 0) throw new SqlRefusal(sqlErrors.unknownColumn, `Unknown column '${column}' in 'field list'`);
  return index;
}

function holds(condition: Condition, valueOf: ValueOf): boolean {
  const value = valueOf(condition.column);
  const { operator, values } = condition;
  if (operator === 'is null') return value === null;
  if (operator === 'is not null') return value !== null;
  if (value === null) return false;
  if (operator === 'in') return values.some((other) => other !== null && compare(value, other) === 0);
  const [other = null] = values;
  return other !== null && compares(compare(value, other), operator);
}

function compares(order: number, operator: '=' | '!=' | '<' | '>' | '<=' | '>='): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
  }
}

/** As MySQL compares: numbers by value, texts without regard to case. */
function compare(one: string | number, other: string | number): number {
  if (typeof one === 'number' || typeof other === 'number') return Number(one) - Number(other);
  const [left, right] = [one.toLowerCase(), other.toLowerCase()];
  return left === right ? 0 : left < right ? -1 : 1;
}

function inOrder(rows: readonly ValueOf[], orderBy: SelectStatement['orderBy']): readonly ValueOf[] {
  return rows.toSorted((one, other) => {
    for (const { column, descending } of orderBy) {
      const order = compare(one(column) ?? '', other(column) ?? '');
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}
