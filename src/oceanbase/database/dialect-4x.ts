import type { Dialect } from './dialect.ts';
import { readFlag, readNumber, readText, readTime } from './row-reader.ts';
import { SqlStatement } from './sql-statement.ts';
import { addressText, refuseUnsafePlacement, refuseUnsafeServer } from './sql-value.ts';

const serverColumns =
  'SVR_IP, SVR_PORT, ID, ZONE, SQL_PORT, WITH_ROOTSERVER, STATUS, START_SERVICE_TIME, STOP_TIME, BUILD_VERSION';

/** OceanBase 4.x: the views DBA_OB_SERVERS and DBA_OB_ZONES of the sys tenant. */
export const dialect4x: Dialect = Object.freeze<Dialect>({
  name: 'OceanBase 4.x',
  ping: () => new SqlStatement('SELECT 1'),
  grants: () => new SqlStatement('SHOW GRANTS'),
  servers: () => new SqlStatement(`SELECT ${serverColumns} FROM oceanbase.DBA_OB_SERVERS ORDER BY ID`),
  serverByAddress: (server) => {
    refuseUnsafeServer(server);
    return new SqlStatement(
      `SELECT ${serverColumns} FROM oceanbase.DBA_OB_SERVERS` +
        ` WHERE SVR_IP = '${server.ip}' AND SVR_PORT = ${String(server.rpcPort)}`,
    );
  },
  zones: () => new SqlStatement('SELECT ZONE, STATUS, IDC, REGION FROM oceanbase.DBA_OB_ZONES ORDER BY ZONE'),
  addServer: (server) => {
    refuseUnsafePlacement(server);
    return new SqlStatement(`ALTER SYSTEM ADD SERVER '${addressText(server)}' ZONE '${server.zone}'`);
  },
  deleteServer: (server) => {
    refuseUnsafeServer(server);
    if (server.zone === undefined) return new SqlStatement(`ALTER SYSTEM DELETE SERVER '${addressText(server)}'`);
    refuseUnsafePlacement({ ...server, zone: server.zone });
    return new SqlStatement(`ALTER SYSTEM DELETE SERVER '${addressText(server)}' ZONE '${server.zone}'`);
  },
  serverRow: (row) => ({
    ip: readText(row, 'SVR_IP'),
    rpcPort: readNumber(row, 'SVR_PORT'),
    sqlPort: readNumber(row, 'SQL_PORT'),
    id: readNumber(row, 'ID'),
    zone: readText(row, 'ZONE'),
    status: readText(row, 'STATUS'),
    startServiceTime: readTime(row, 'START_SERVICE_TIME'),
    stopTime: readTime(row, 'STOP_TIME'),
    withRootServer: readFlag(row, 'WITH_ROOTSERVER'),
    buildVersion: readText(row, 'BUILD_VERSION'),
  }),
  zoneRows: (rows) =>
    rows.map((row) => ({
      zone: readText(row, 'ZONE'),
      status: readText(row, 'STATUS'),
      idc: readText(row, 'IDC'),
      region: readText(row, 'REGION'),
    })),
  server: {
    directories: { onDataDisk: ['sstable', 'slog', 'etc3'], onLogDisk: ['clog', 'etc2'] },
    networkFlag: '-I',
    needsAvx: true,
    namesPrefix: false,
  },
});
