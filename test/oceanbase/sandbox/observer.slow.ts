import { readFileSync } from 'node:fs';
import type { Client } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sandbox, SandboxHost } from '../../../src/oceanbase/sandbox/index.ts';
import { endAll } from '../support/cleanups.ts';
import { rejection } from '../support/rejection.ts';
import { database, errno, execute, lives, login, rows, sandbox, until } from './clients.ts';
import { flagsOf, install, makeDirectories, observerPid, prepare, startObserver, storeOf } from './observer-steps.ts';

// Whole fleets of processes start here; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
afterEach(endAll);

let fleet: Sandbox;
let host: SandboxHost;
let client: Client;

beforeEach(async () => {
  const zones = { memberZones: ['zone1'], emptyZones: ['zone2', 'zone4'] };
  fleet = await sandbox({ servers: 1, ...zones, startServiceDelayMs: 150, deleteServerDelayMs: 100 });
  const [first] = fleet.hosts;
  if (!first) throw new Error('no host');
  host = first;
  client = await login(host);
});

function logOf({ homePath }: SandboxHost): string {
  return readFileSync(`${homePath}/log/observer.log`, 'utf8');
}

function rowOf({ ip, rpcPort }: SandboxHost): string {
  return (
    'SELECT ZONE, STATUS, START_SERVICE_TIME, STOP_TIME, SQL_PORT, WITH_ROOTSERVER FROM oceanbase.DBA_OB_SERVERS' +
    ` WHERE SVR_IP = '${ip}' AND SVR_PORT = ${rpcPort}`
  );
}

describe('the observer of a host', () => {
  it('refuses to start until its directories are there, saying why in its log', async () => {
    expect(await install(fleet, host, client)).toMatchObject({ code: 0 });
    expect(await startObserver(host, client)).toMatchObject({ code: 1 });
    expect(logOf(host)).toMatch(/^\[.*Stand-in of Precede, not OceanBase/);
    expect(logOf(host)).toContain('started without flags, but nothing was saved');
    expect(await startObserver(host, client, '-p 99 -q')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/-p "99" is not 1025 to 65535/),
    });
    expect(await startObserver(host, client, flagsOf(fleet, host))).toMatchObject({ code: 1, stdout: '' });
    expect(logOf(host)).toContain(`directory ${storeOf(fleet, host)} does not exist`);
    await makeDirectories(fleet, host, client);
    expect(await startObserver(host, client, flagsOf(fleet, { ...host, ip: '127.0.0.2' }))).toMatchObject({ code: 1 });
    expect(logOf(host)).toContain('local address 127.0.0.2 is not on this host');
    expect(await startObserver(host, client, flagsOf(fleet, host))).toEqual({
      ...{ stdout: '', stderr: '', code: 0, signal: undefined },
    });
  });

  it('is a process with a pid file and both ports, alone in its home, and starts again from what it saved', async () => {
    await prepare(fleet, host, client);
    const pid = await observerPid(host, client);
    expect(lives(pid)).toBe(true);
    const { stdout } = await execute(client, `ps -o args= -p ${pid}; ss -Hltn`);
    expect(stdout).toContain(`${host.homePath}/`);
    expect(stdout).toContain(`${host.ip}:2881 `);
    expect(stdout).toContain(`${host.ip}:2882 `);
    expect(await startObserver(host, client)).toMatchObject({ code: 1 });
    expect(logOf(host)).toContain(`already, pid ${pid}`);
    expect(await observerPid(host, client)).toBe(pid);
    await execute(client, `kill -9 ${pid}`);
    await until(
      () => lives(pid),
      (alive) => !alive,
    );
    expect(await startObserver(host, client)).toMatchObject({ code: 0 });
    expect(await observerPid(host, client)).not.toBe(pid);
    const saved = JSON.parse(readFileSync(`${host.homePath}/etc/observer.config.bin`, 'utf8')) as object;
    expect(saved).toMatchObject({ zone: 'zone2', parameters: { memory_limit: '6G', system_memory: '1G' } });
  });

  it('knows nobody but root@sys with the password of the cluster', async () => {
    expect(await rows(await database(fleet), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    for (const wrong of ['', 'wrong', `${readFileSync(fleet.access.sql.passwordFile, 'utf8')}x`]) {
      expect(await rejection(database(fleet, undefined, wrong))).toMatchObject({ errno: 1045 });
    }
    const stranger = { ...fleet, access: { ...fleet.access, sql: { ...fleet.access.sql, user: 'root@other' } } };
    expect(await rejection(database(stranger))).toMatchObject({ errno: 1045 });
  });

  it('belongs to no cluster before it is added, and then answers like any member', async () => {
    await prepare(fleet, host, client);
    const own = await database(fleet, host);
    const root = await database(fleet);
    expect(await rows(own, 'SELECT VERSION() AS version')).toEqual([{ version: '5.7.25-OceanBase_CE-v4.3.5.1' }]);
    expect(await errno(own, 'SELECT * FROM oceanbase.DBA_OB_SERVERS')).toBe(8001);
    await root.query(`ALTER SYSTEM ADD SERVER '${host.ip}:${host.rpcPort}' ZONE 'zone2'`);
    const all = 'SELECT SVR_IP, ID FROM oceanbase.DBA_OB_SERVERS ORDER BY ID';
    const servers = await rows(own, all);
    expect(servers).toEqual(await rows(root, all));
    expect(servers).toHaveLength(2);
    expect(servers[1]).toEqual({ SVR_IP: host.ip, ID: 2 });
    expect(await errno(own, 'SELECT nothing FROM oceanbase.DBA_OB_SERVERS')).toBe(1054);
  });

  it('is ACTIVE at once when added, serves only later, and serves anew after a restart', async () => {
    await prepare(fleet, host, client);
    const root = await database(fleet);
    expect(await rows(root, rowOf(host))).toEqual([]);
    await root.query(`ALTER SYSTEM ADD SERVER '${host.ip}:${host.rpcPort}' ZONE 'zone2'`);
    const [fresh] = await rows(root, rowOf(host));
    expect(fresh).toEqual({
      ...{ ZONE: 'zone2', STATUS: 'ACTIVE', START_SERVICE_TIME: null, STOP_TIME: null },
      ...{ SQL_PORT: host.sqlPort, WITH_ROOTSERVER: 'NO' },
    });
    const started = (row: Record<string, unknown> | undefined): boolean => row?.['START_SERVICE_TIME'] instanceof Date;
    const rowNow = async (): Promise<Record<string, unknown> | undefined> => (await rows(root, rowOf(host)))[0];
    const first = await until(rowNow, started);
    await execute(client, `kill -9 ${await observerPid(host, client)}`);
    await until(rowNow, (row) => row?.['STATUS'] === 'INACTIVE' && !started(row));
    await startObserver(host, client);
    const second = await until(rowNow, (row) => row?.['STATUS'] === 'ACTIVE' && started(row));
    expect(Number(second?.['START_SERVICE_TIME'])).toBeGreaterThan(Number(first?.['START_SERVICE_TIME']));
  });

  it('is added once, to its own zone, only when it runs and is empty, and never again once deleted', async () => {
    const root = await database(fleet);
    const add = (zone: string): Promise<number | undefined> =>
      errno(root, `ALTER SYSTEM ADD SERVER '${host.ip}:${host.rpcPort}' ZONE '${zone}'`);
    expect(await add('zone2')).toBe(4122);
    await prepare(fleet, host, client);
    expect(await add('zone9')).toBe(4018);
    expect(await add('zone1')).toBe(4179);
    expect(await rows(root, rowOf(host))).toEqual([]);
    expect(await add('zone2')).toBe(undefined);
    expect(await add('zone2')).toBe(4179);
    await root.query(`ALTER SYSTEM DELETE SERVER '${host.ip}:${host.rpcPort}' ZONE 'zone2'`);
    expect(await rows(root, rowOf(host))).toMatchObject([{ STATUS: 'DELETING' }]);
    await until(
      () => rows(root, rowOf(host)),
      (found) => found.length === 0,
    );
    expect(await errno(root, `ALTER SYSTEM DELETE SERVER '${host.ip}:${host.rpcPort}'`)).toBe(4018);
    expect(await add('zone2')).toBe(4179);
  });

  it('is not added when something lies in its clog', async () => {
    await install(fleet, host, client);
    await makeDirectories(fleet, host, client);
    await execute(client, `echo old > ${storeOf(fleet, host)}/clog/0`);
    await startObserver(host, client, flagsOf(fleet, host));
    const root = await database(fleet);
    expect(await errno(root, `ALTER SYSTEM ADD SERVER '${host.ip}:${host.rpcPort}' ZONE 'zone2'`)).toBe(4179);
  });
});

describe('the root server', () => {
  it('shows its zones and its members with all columns, and refuses other statements', async () => {
    const root = await database(fleet);
    expect(await rows(root, 'SELECT ZONE, STATUS, REGION FROM oceanbase.DBA_OB_ZONES ORDER BY ZONE')).toEqual(
      ['zone1', 'zone2', 'zone4'].map((ZONE) => ({ ZONE, STATUS: 'ACTIVE', REGION: 'sandbox' })),
    );
    const members = fleet.hosts.filter(({ role }) => role === 'member');
    const shown = await rows(root, 'SELECT * FROM oceanbase.DBA_OB_SERVERS');
    expect(shown).toMatchObject(
      members.map(({ ip, zone }, index) => ({
        ...{ SVR_IP: ip, SVR_PORT: 2882, ID: index + 1, ZONE: zone, SQL_PORT: 2881, STATUS: 'ACTIVE', STOP_TIME: null },
        ...{ WITH_ROOTSERVER: index === 0 ? 'YES' : 'NO', START_SERVICE_TIME: expect.any(Date) },
        ...{ BUILD_VERSION: expect.stringMatching(/^4\.3\.5\.1_/), BLOCK_MIGRATE_IN_TIME: null },
      })),
    );
    expect(Object.keys(shown[0] ?? {})).toHaveLength(14);
    expect(await errno(root, 'SHOW PARAMETERS')).toBe(1064);
    expect(await errno(root, 'SELECT * FROM oceanbase.DBA_OB_UNITS')).toBe(1146);
    const [member] = fleet.access.cluster.servers;
    expect(await errno(root, `ALTER SYSTEM DELETE SERVER '${member?.ip}:${member?.port}'`)).toBe(4179);
    expect(await rejection(root.execute('SELECT 1'))).toMatchObject({ errno: 1295 });
    await root.query('SET NAMES utf8mb4');
    expect(await rows(root, 'SELECT 1 AS still')).toEqual([{ still: 1 }]);
  });

  it('logs each statement when it comes and again when it is answered', async () => {
    const root = await database(fleet);
    await root.query('SELECT 1');
    await errno(root, 'SELECT');
    const lines = readFileSync(fleet.access.sqlLog, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { event: 'received', sql: 'SELECT 1' },
      { event: 'ended', errno: 0, rows: 1 },
      { event: 'received', sql: 'SELECT' },
      { event: 'ended', errno: 1064 },
    ]);
  });

  it('keeps the cluster over its own restart', async () => {
    await prepare(fleet, host, client);
    const before = await database(fleet);
    await before.query(`ALTER SYSTEM ADD SERVER '${host.ip}:${host.rpcPort}' ZONE 'zone2'`);
    const serving = 'SELECT SVR_IP FROM oceanbase.DBA_OB_SERVERS WHERE START_SERVICE_TIME IS NOT NULL ORDER BY ID';
    const all = await until(
      () => rows(before, serving),
      (found) => found.length === 2,
    );
    const rootHost = fleet.hosts.find(({ ip }) => ip === fleet.access.sql.host);
    if (!rootHost) throw new Error('no root server');
    const onRoot = await login(rootHost);
    const pid = await observerPid(rootHost, onRoot);
    await execute(onRoot, `kill -9 ${pid}`);
    await until(
      () => lives(pid),
      (alive) => !alive,
    );
    expect(await startObserver(rootHost, onRoot)).toMatchObject({ code: 0 });
    const after = await database(fleet);
    expect(
      await until(
        () => rows(after, serving),
        (found) => found.length === 2,
      ),
    ).toEqual(all);
  });
});
