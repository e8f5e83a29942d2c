import type { ClusterState } from './cluster-state.ts';
import { sqlTime, type SqlTable } from './sql-table.ts';

/** `__all_server` of 2.x and 3.x: statuses in lower case, times in microseconds with 0 for none. */
export function allServerTable({ servers }: ClusterState): SqlTable {
  return {
    columns: [
      { name: 'gmt_create', type: 'timestamp' },
      { name: 'gmt_modified', type: 'timestamp' },
      { name: 'svr_ip', type: 'text' },
      { name: 'svr_port', type: 'integer' },
      { name: 'id', type: 'integer' },
      { name: 'zone', type: 'text' },
      { name: 'inner_port', type: 'integer' },
      { name: 'with_rootserver', type: 'integer' },
      { name: 'status', type: 'text' },
      { name: 'block_migrate_in_time', type: 'integer' },
      { name: 'build_version', type: 'text' },
      { name: 'stop_time', type: 'integer' },
      { name: 'start_service_time', type: 'integer' },
      { name: 'last_offline_time', type: 'integer' },
    ],
    rows: servers.map((row) => [
      sqlTime(row.createTimeMs),
      sqlTime(row.modifyTimeMs),
      row.ip,
      row.port,
      row.id,
      row.zone,
      row.sqlPort,
      row.withRootserver ? 1 : 0,
      row.status.toLowerCase(),
      0,
      row.buildVersion,
      0,
      microseconds(row.startServiceTimeMs),
      microseconds(row.lastOfflineTimeMs),
    ]),
  };
}

/** `__all_zone` of 2.x and 3.x: a row a property; those of the cluster itself have an empty zone. */
export function allZoneTable({ zones }: ClusterState): SqlTable {
  const properties = zones.flatMap(({ name, status, idc, region, createTimeMs, modifyTimeMs }) => {
    const times = [sqlTime(createTimeMs), sqlTime(modifyTimeMs)];
    return [
      [...times, name, 'idc', 0, idc],
      [...times, name, 'region', 0, region],
      [...times, name, 'status', status === 'ACTIVE' ? 2 : 1, status],
      [...times, name, 'zone_type', 0, 'ReadWrite'],
    ];
  });
  const [first] = zones;
  const time = sqlTime(first?.createTimeMs ?? 0);
  return {
    columns: [
      { name: 'gmt_create', type: 'timestamp' },
      { name: 'gmt_modified', type: 'timestamp' },
      { name: 'zone', type: 'text' },
      { name: 'name', type: 'text' },
      { name: 'value', type: 'integer' },
      { name: 'info', type: 'text' },
    ],
    rows: [[time, time, '', 'cluster', 0, 'stand-in'], ...properties],
  };
}

function microseconds(timeMs: number | null): number {
  return timeMs === null ? 0 : timeMs * 1_000;
}
