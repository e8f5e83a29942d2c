import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/errors/index.ts';
import { dialect2x as sql } from '../../../src/oceanbase/database/dialect-2x.ts';
import { dialect4x } from '../../../src/oceanbase/database/dialect-4x.ts';
import { dialectOf } from '../../../src/oceanbase/database/dialect-of.ts';
import { isServing } from '../../../src/oceanbase/database/server-row.ts';
import type { SqlRow } from '../../../src/oceanbase/database/sql-row.ts';

const server = { ip: '10.0.0.5', rpcPort: 2882 };

describe('the dialect of a version', () => {
  it.each([
    ['2.2.75', sql],
    ['2.2.30', sql],
    ['3.1.5', sql],
    ['3.2.4.1', sql],
    ['4.0.0.0', dialect4x],
    ['4.3.5.1', dialect4x],
  ])('of %s is found by its first number', (version, dialect) => {
    expect(dialectOf(version)).toBe(dialect);
  });

  it.each(['1.4.79', '5.0.0', '40.1', '22.2', 'v4.2', '', '4'])('of "%s" is refused by name', (version) => {
    expect(() => dialectOf(version)).toThrow(
      expect.objectContaining({ code: 'OB_VERSION_UNKNOWN', next: expect.stringContaining('2.x, 3.x or 4.x') }),
    );
  });

  it('says what a server is made of', () => {
    expect(sql.server).toEqual({
      directories: {
        onDataDisk: ['sstable', 'slog', 'sort_dir', 'etc3'],
        onLogDisk: ['clog', 'ilog', 'oob_clog', 'etc2'],
      },
      networkFlag: '-i',
      needsAvx: false,
      namesPrefix: true,
    });
    expect(dialect4x.server).toEqual({
      directories: { onDataDisk: ['sstable', 'slog', 'etc3'], onLogDisk: ['clog', 'etc2'] },
      networkFlag: '-I',
      needsAvx: true,
      namesPrefix: false,
    });
  });
});

describe('a statement of OceanBase 2.x and 3.x', () => {
  it('reads as documented', () => {
    const columns =
      'svr_ip, svr_port, id, zone, inner_port, with_rootserver, status, start_service_time, stop_time, build_version';
    expect(sql.servers().text).toBe(`SELECT ${columns} FROM oceanbase.__all_server ORDER BY id`);
    expect(sql.serverByAddress(server).text).toBe(
      `SELECT ${columns} FROM oceanbase.__all_server WHERE svr_ip = '10.0.0.5' AND svr_port = 2882`,
    );
    expect(sql.zones().text).toBe("SELECT zone, name, info FROM oceanbase.__all_zone WHERE zone <> '' ORDER BY zone");
    expect(sql.addServer({ ...server, zone: 'zone1' }).text).toBe(
      "ALTER SYSTEM ADD SERVER '10.0.0.5:2882' ZONE 'zone1'",
    );
    expect(sql.deleteServer(server).text).toBe("ALTER SYSTEM DELETE SERVER '10.0.0.5:2882'");
  });

  it.each([{ ip: "10.0.0.5'" }, { rpcPort: 0 }, { rpcPort: '2882' }])('refuses %o', (value) => {
    expect(() => sql.serverByAddress({ ...server, ...value } as never)).toThrow(RefusedError);
  });
});

describe('a server row', () => {
  const row: SqlRow = {
    svr_ip: '10.0.0.5',
    svr_port: '2882',
    id: '3',
    zone: 'zone1',
    inner_port: '2881',
    with_rootserver: '0',
    status: 'active',
    start_service_time: '1610096582000123',
    stop_time: '0',
    build_version: '2.2.75_20210108170301',
  };

  it('is read as if it came from 4.x: status in upper case, microseconds as a time, 0 as none', () => {
    expect(sql.serverRow(row)).toEqual({
      ip: '10.0.0.5',
      rpcPort: 2882,
      sqlPort: 2881,
      id: 3,
      zone: 'zone1',
      status: 'ACTIVE',
      startServiceTime: '2021-01-08T09:03:02.000123Z',
      stopTime: null,
      withRootServer: false,
      buildVersion: '2.2.75_20210108170301',
    });
    expect(sql.serverRow({ ...row, with_rootserver: '1' }).withRootServer).toBe(true);
  });

  it('serves when it is active, started and not stopped', () => {
    expect(isServing(sql.serverRow(row))).toBe(true);
    expect(isServing(sql.serverRow({ ...row, start_service_time: '0' }))).toBe(false);
    expect(isServing(sql.serverRow({ ...row, stop_time: '1610096582000123' }))).toBe(false);
    expect(isServing(sql.serverRow({ ...row, status: 'inactive' }))).toBe(false);
  });

  it.each([
    ['with_rootserver', 'YES', 'neither 1 nor 0'],
    ['start_service_time', '2021-01-08 17:03:02', 'not a number'],
    ['stop_time', '99999999999999999', 'not a number'],
    ['inner_port', null, 'is NULL'],
  ])('is refused by name when %s is %s', (column, value, what) => {
    const read = (): unknown => sql.serverRow({ ...row, [column]: value });
    expect(read).toThrow(expect.objectContaining({ code: 'DB_ANSWER_MALFORMED' }));
    expect(read).toThrow(column.toUpperCase());
    expect(read).toThrow(what);
  });
});

describe('zones', () => {
  it('are put together from a row a property', () => {
    const rows = [
      { zone: 'zone1', name: 'idc', info: 'idc1' },
      { zone: 'zone1', name: 'status', info: 'ACTIVE' },
      { zone: 'zone1', name: 'zone_type', info: 'ReadWrite' },
      { zone: 'zone2', name: 'status', info: 'inactive' },
      { zone: 'zone2', name: 'region', info: 'sys_region' },
      { zone: 'zone3', name: 'idc', info: '' },
    ];
    expect(sql.zoneRows(rows)).toEqual([
      { zone: 'zone1', status: 'ACTIVE', idc: 'idc1', region: '' },
      { zone: 'zone2', status: 'INACTIVE', idc: '', region: 'sys_region' },
      { zone: 'zone3', status: 'INACTIVE', idc: '', region: '' },
    ]);
    expect(sql.zoneRows([])).toEqual([]);
  });
});
