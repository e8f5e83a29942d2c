import type { Dialect } from './dialect.ts';
import { dialect4x } from './dialect-4x.ts';
import { readBit, readMicroseconds, readNumber, readText } from './row-reader.ts';
import type { ZoneRow } from './server-row.ts';
import { SqlStatement } from './sql-statement.ts';
import type { SqlRow } from './sql-row.ts';
import { refuseUnsafeServer } from './sql-value.ts';

const serverColumns =
  'svr_ip, svr_port, id, zone, inner_port, with_rootserver, status, start_service_time, stop_time, build_version';

/**
 * OceanBase 2.x and 3.x: the tables __all_server (statuses in lower case, times in microseconds with 0 for none) and
 * __all_zone (a row a property) of the sys tenant. What is read is what `dialect4x` would have read: statuses in upper
 * case, times as text or null.
 */
export const dialect2x: Dialect = Object.freeze<Dialect>({
  ...dialect4x,
  name: 'OceanBase 2.x and 3.x',
  servers: () => new SqlStatement(`SELECT ${serverColumns} FROM oceanbase.__all_server ORDER BY id`),
  serverByAddress: (server) => {
    refuseUnsafeServer(server);
    return new SqlStatement(
      `SELECT ${serverColumns} FROM oceanbase.__all_server` +
        ` WHERE svr_ip = '${server.ip}' AND svr_port = ${String(server.rpcPort)}`,
    );
  },
  // Properties of the cluster itself stand beside those of its zones, under an empty name.
  zones: () => new SqlStatement("SELECT zone, name, info FROM oceanbase.__all_zone WHERE zone <> '' ORDER BY zone"),
  serverRow: (row) => ({
    ip: readText(row, 'SVR_IP'),
    rpcPort: readNumber(row, 'SVR_PORT'),
    sqlPort: readNumber(row, 'INNER_PORT'),
    id: readNumber(row, 'ID'),
    zone: readText(row, 'ZONE'),
    status: readText(row, 'STATUS').toUpperCase(),
    startServiceTime: readMicroseconds(row, 'START_SERVICE_TIME'),
    stopTime: readMicroseconds(row, 'STOP_TIME'),
    withRootServer: readBit(row, 'WITH_ROOTSERVER'),
    buildVersion: readText(row, 'BUILD_VERSION'),
  }),
  zoneRows,
  server: {
    directories: {
      onDataDisk: ['sstable', 'slog', 'sort_dir', 'etc3'],
      onLogDisk: ['clog', 'ilog', 'oob_clog', 'etc2'],
    },
    networkFlag: '-i',
    needsAvx: false,
    namesPrefix: true,
  },
});

function zoneRows(rows: readonly SqlRow[]): readonly ZoneRow[] {
  const zones = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const zone = readText(row, 'ZONE');
    const properties = zones.get(zone) ?? new Map<string, string>();
    zones.set(zone, properties.set(readText(row, 'NAME'), readText(row, 'INFO')));
  }
  return [...zones].map(([zone, properties]) => ({
    zone,
    // Without a status there is nothing that says that the zone takes servers.
    status: (properties.get('status') ?? 'INACTIVE').toUpperCase(),
    idc: properties.get('idc') ?? '',
    region: properties.get('region') ?? '',
  }));
}
