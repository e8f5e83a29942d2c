import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/errors/index.ts';
import { dialect4x as sql } from '../../../src/oceanbase/database/dialect-4x.ts';
import { isServing } from '../../../src/oceanbase/database/server-row.ts';
import type { SqlRow } from '../../../src/oceanbase/database/sql-row.ts';

const server = { ip: '10.0.0.5', rpcPort: 2882 };

describe('a statement of OceanBase 4.x', () => {
  it('reads as documented', () => {
    const columns =
      'SVR_IP, SVR_PORT, ID, ZONE, SQL_PORT, WITH_ROOTSERVER, STATUS, START_SERVICE_TIME, STOP_TIME, BUILD_VERSION';
    expect(sql.ping().text).toBe('SELECT 1');
    expect(sql.servers().text).toBe(`SELECT ${columns} FROM oceanbase.DBA_OB_SERVERS ORDER BY ID`);
    expect(sql.serverByAddress(server).text).toBe(
      `SELECT ${columns} FROM oceanbase.DBA_OB_SERVERS WHERE SVR_IP = '10.0.0.5' AND SVR_PORT = 2882`,
    );
    expect(sql.zones().text).toBe('SELECT ZONE, STATUS, IDC, REGION FROM oceanbase.DBA_OB_ZONES ORDER BY ZONE');
    expect(sql.addServer({ ...server, zone: 'zone1' }).text).toBe(
      "ALTER SYSTEM ADD SERVER '10.0.0.5:2882' ZONE 'zone1'",
    );
    expect(sql.deleteServer(server).text).toBe("ALTER SYSTEM DELETE SERVER '10.0.0.5:2882'");
    expect(sql.deleteServer({ ...server, zone: 'zone1' }).text).toBe(
      "ALTER SYSTEM DELETE SERVER '10.0.0.5:2882' ZONE 'zone1'",
    );
  });

  it('writes an IPv6 address in brackets', () => {
    expect(sql.addServer({ ip: 'fd00::5', rpcPort: 2882, zone: 'z' }).text).toBe(
      "ALTER SYSTEM ADD SERVER '[fd00::5]:2882' ZONE 'z'",
    );
  });

  it('names every value that it refuses', () => {
    const build = (): unknown => sql.addServer({ ip: "10.0.0.5'; DROP", rpcPort: 0, zone: "z'" });
    expect(build).toThrow(RefusedError);
    expect(build).toThrow(
      expect.objectContaining({
        code: 'SQL_VALUE_REFUSED',
        problems: [
          expect.objectContaining({ code: 'SQL_ADDRESS' }),
          expect.objectContaining({ code: 'SQL_PORT' }),
          expect.objectContaining({ code: 'SQL_ZONE' }),
        ],
      }),
    );
  });

  it.each([
    ['a host name', { ip: 'localhost' }],
    ['an address with a scope', { ip: 'fe80::1%eth0' }],
    ['an address with a port', { ip: '10.0.0.5:1' }],
    ['an address in decimal', { ip: '167772165' }],
    ['a list', { ip: ['10.0.0.5'] }],
    ['nothing', { ip: null }],
    ['port 0', { rpcPort: 0 }],
    ['port 65536', { rpcPort: 65_536 }],
    ['half a port', { rpcPort: 2882.5 }],
    ['a port as text', { rpcPort: '2882' }],
    ['an object for a port', { rpcPort: Object(2882) as object }],
    ['an empty zone', { zone: '' }],
    ['a zone of 129 characters', { zone: 'z'.repeat(129) }],
    ['a zone with a newline at its end', { zone: 'zone1\n' }],
    ['an object for a zone', { zone: Object('zone1') as object }],
  ])('refuses %s', (_name, value) => {
    expect(() => sql.addServer({ ...server, zone: 'zone1', ...value } as never)).toThrow(RefusedError);
  });

  it.each(['ip', 'rpcPort', 'zone'])('refuses to be built without %s', (name) => {
    expect(() => sql.addServer({ ...server, zone: 'zone1', [name]: undefined })).toThrow(RefusedError);
  });

  it('is exactly the template or not built at all, for 10,000 hostile values', () => {
    const bit = fc.constantFrom("'", '"', '`', ';', '--', '/*', '\\', '\0', '%', ' ', '10.0.0.5', 'zone1', '::', '\n');
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: 'binary' }),
      fc.array(bit).map((bits) => bits.join('')),
    );
    const port = fc.oneof(fc.integer(), fc.double(), text);
    fc.assert(
      fc.property(text, port, text, (ip, rpcPort, zone) => {
        let built: string;
        try {
          built = sql.addServer({ ip, rpcPort, zone } as never).text;
        } catch (error) {
          expect(error).toBeInstanceOf(RefusedError);
          return;
        }
        expect(built).toMatch(/^ALTER SYSTEM ADD SERVER '[0-9a-fA-F.:[\]]+:\d+' ZONE '\w+'$/);
        expect(isIP(ip)).toBeGreaterThan(0);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('a server row', () => {
  const row: SqlRow = {
    SVR_IP: '10.0.0.5',
    SVR_PORT: '2882',
    ID: '3',
    ZONE: 'zone1',
    SQL_PORT: '2881',
    WITH_ROOTSERVER: 'NO',
    STATUS: 'ACTIVE',
    START_SERVICE_TIME: '2024-01-02 03:04:05.678901',
    STOP_TIME: null,
    BUILD_VERSION: '4.2.1.0_100000102023092807',
  };

  it('is read from its columns', () => {
    expect(sql.serverRow(row)).toEqual({
      ip: '10.0.0.5',
      rpcPort: 2882,
      sqlPort: 2881,
      id: 3,
      zone: 'zone1',
      status: 'ACTIVE',
      startServiceTime: '2024-01-02 03:04:05.678901',
      stopTime: null,
      withRootServer: false,
      buildVersion: '4.2.1.0_100000102023092807',
    });
  });

  it('is read whatever the case of its column names', () => {
    const lower = Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
    expect(sql.serverRow(lower)).toEqual(sql.serverRow(row));
  });

  it.each([
    ['SVR_PORT', 'x', 'is "x", not a number'],
    ['ID', '1e3', 'is "1e3", not a number'],
    ['SQL_PORT', null, 'is NULL'],
    ['WITH_ROOTSERVER', '1', 'neither YES nor NO'],
    ['START_SERVICE_TIME', 'soon', 'not a time'],
    ['STATUS', null, 'is NULL'],
  ])('is refused by name when %s is %s', (column, value, what) => {
    const read = (): unknown => sql.serverRow({ ...row, [column]: value });
    expect(read).toThrow(expect.objectContaining({ code: 'DB_ANSWER_MALFORMED' }));
    expect(read).toThrow(column);
    expect(read).toThrow(what);
  });

  it('is refused by name when a column is missing', () => {
    const rest = Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'ZONE'));
    expect(() => sql.serverRow(rest)).toThrow('ZONE is missing');
  });

  it('serves when it is ACTIVE, started and not stopped', () => {
    const serving = sql.serverRow(row);
    expect(isServing(serving)).toBe(true);
    expect(isServing(sql.serverRow({ ...row, START_SERVICE_TIME: null }))).toBe(false);
    expect(isServing(sql.serverRow({ ...row, START_SERVICE_TIME: '0000-00-00 00:00:00' }))).toBe(false);
    expect(isServing(sql.serverRow({ ...row, STOP_TIME: '2024-01-02 03:04:05' }))).toBe(false);
    for (const status of ['INACTIVE', 'DELETING', 'active']) expect(isServing({ ...serving, status })).toBe(false);
  });
});

describe('a zone row', () => {
  it('is read from its columns', () => {
    const row = { ZONE: 'zone1', STATUS: 'ACTIVE', IDC: '', REGION: 'default_region' };
    expect(sql.zoneRows([row])).toEqual([{ zone: 'zone1', status: 'ACTIVE', idc: '', region: 'default_region' }]);
  });
});
