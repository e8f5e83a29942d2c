import type { Release } from '../release.ts';
import { sqlTime, type SqlTable } from './sql-table.ts';
import { allServerTable, allZoneTable } from './sql-tables-2x.ts';
import type { ClusterState } from './cluster-state.ts';
import { sqlErrors, SqlRefusal } from './sql-refusal.ts';

/** The view or table of that name (any case) that this line of versions has. Throws a `SqlRefusal` (1146) for a view that the stand-in does not have. */
export function viewOf(state: ClusterState, name: string, line: Release['line']): SqlTable {
  const view = views[line].get(name.toUpperCase());
  if (!view) throw new SqlRefusal(sqlErrors.noSuchTable, `Table 'oceanbase.${name}' doesn't exist`);
  return view(state);
}

const views: Readonly<Record<Release['line'], ReadonlyMap<string, (state: ClusterState) => SqlTable>>> = {
  '2x': new Map([
    ['__ALL_SERVER', allServerTable],
    ['__ALL_ZONE', allZoneTable],
  ]),
  '4x': new Map([
    ['DBA_OB_SERVERS', serversView],
    ['DBA_OB_ZONES', zonesView],
  ]),
};

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
