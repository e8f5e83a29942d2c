import type { ClusterState } from './cluster-state.ts';
import { sqlErrors, SqlRefusal } from './sql-refusal.ts';
import type { SqlValue } from './sql-statement.ts';

/** How a column travels: the MySQL protocol's type numbers. */
export type ColumnType = 'text' | 'integer' | 'timestamp';

/** A table as rows of values in the order of its columns. */
export interface SqlTable {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** The view of that name (any case). Throws a `SqlRefusal` (1146) for a view that the stand-in does not have. */
export function viewOf(state: ClusterState, name: string): SqlTable {
  switch (name.toUpperCase()) {
    case 'DBA_OB_SERVERS':
      return serversView(state);
    case 'DBA_OB_ZONES':
      return zonesView(state);
    default:
      throw new SqlRefusal(sqlErrors.noSuchTable, `Table 'oceanbase.${name}' doesn't exist`);
  }
}

/** `2026-01-31 09:05:00.123000` in this machine's time zone, as OceanBase prints a TIMESTAMP(6). */
export function sqlTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}000`;
}

function serversView({ servers }: ClusterState): SqlTable {
  return {
    columns: [
      { name: 'SVR_IP', type: 'text' },
      { name: 'SVR_PORT', type: 'integer' },
      { name: 'ID', type: 'integer' },
      { name: 'ZONE', type: 'text' },
      { name: 'SQL_PORT', type: 'integer' },
      { name: 'WITH_ROOTSERVER', type: 'text' },
      { name: 'STATUS', type: 'text' },
      { name: 'START_SERVICE_TIME', type: 'timestamp' },
      { name: 'STOP_TIME', type: 'timestamp' },
      { name: 'BLOCK_MIGRATE_IN_TIME', type: 'timestamp' },
      { name: 'CREATE_TIME', type: 'timestamp' },
      { name: 'MODIFY_TIME', type: 'timestamp' },
      { name: 'BUILD_VERSION', type: 'text' },
      { name: 'LAST_OFFLINE_TIME', type: 'timestamp' },
    ],
    rows: servers.map((row) => [
      row.ip,
      row.port,
      row.id,
      row.zone,
      row.sqlPort,
      row.withRootserver ? 'YES' : 'NO',
      row.status,
      optionalTime(row.startServiceTimeMs),
      null,
      null,
      sqlTime(row.createTimeMs),
      sqlTime(row.modifyTimeMs),
      row.buildVersion,
      optionalTime(row.lastOfflineTimeMs),
    ]),
  };
}

function zonesView({ zones }: ClusterState): SqlTable {
  return {
    columns: [
      { name: 'ZONE', type: 'text' },
      { name: 'CREATE_TIME', type: 'timestamp' },
      { name: 'MODIFY_TIME', type: 'timestamp' },
      { name: 'STATUS', type: 'text' },
      { name: 'IDC', type: 'text' },
      { name: 'REGION', type: 'text' },
      { name: 'TYPE', type: 'text' },
    ],
    rows: zones.map((row) => [
      row.name,
      sqlTime(row.createTimeMs),
      sqlTime(row.modifyTimeMs),
      row.status,
      row.idc,
      row.region,
      'ReadWrite',
    ]),
  };
}

function optionalTime(timeMs: number | null): string | null {
  return timeMs === null ? null : sqlTime(timeMs);
}
