import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Client } from 'ssh2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  launchSandbox,
  readSandbox,
  startSandbox,
  stopSandbox,
  type SandboxAccess,
  type SandboxHost,
} from '../../../src/oceanbase/sandbox/index.ts';
import { atEnd, endAll } from '../support/cleanups.ts';
import { rejection } from '../support/rejection.ts';
import { database, execute, lives, login, rows, sandbox, until } from './clients.ts';
import { observerPid, prepare } from './observer-steps.ts';

// Whole fleets of processes start here; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
afterEach(endAll);

/** A directory of the test's own, gone with it. */
function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'precede-sandbox-test-'));
  atEnd(async () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The pids of a sandbox's processes on Linux; elsewhere those of its observers. */
function processesOf({ dir, hosts }: SandboxAccess): number[] {
  if (!existsSync('/proc/self/environ')) {
    const files = hosts.map(({ homePath }) => join(homePath, 'run/observer.pid')).filter((file) => existsSync(file));
    return files.map((file) => Number(readFileSync(file, 'utf8'))).filter(lives);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`${dir}/`))
    .map(Number);
}

/** A sandbox that another process owns: its members run, and the agent of its host. */
async function ownedElsewhere(): Promise<{ owner: ChildProcess; access: SandboxAccess; client: Client }> {
  const program = fileURLToPath(new URL('owner.ts', import.meta.url));
  const owner = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atEnd(async () => owner.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const access = JSON.parse(line) as SandboxAccess;
  const [host] = access.hosts;
  const client = await login(host);
  await execute(client, `${host?.agentPath}/bin/ocp_agentctl start`);
  return { owner, access, client };
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

describe('a sandbox', () => {
  it('describes itself completely and keeps its secrets to its owner', async () => {
    const { access } = await sandbox({ servers: 2 });
    expect(access.hosts.map(({ id, role, zone }) => [id, role, zone])).toEqual([
      [1, 'free', undefined],
      [2, 'free', undefined],
      [101, 'member', 'zone1'],
      [102, 'member', 'zone2'],
      [103, 'member', 'zone3'],
    ]);
    expect(access.cluster).toMatchObject({ id: 1, name: 'sandbox', obVersion: '4.3.5.1' });
    expect(access.cluster.servers.map(({ hostId, zone }) => [hostId, zone])).toEqual([
      [101, 'zone1'],
      [102, 'zone2'],
      [103, 'zone3'],
    ]);
    expect(access.standIn).toMatch(/^Stand-in of Precede, not OceanBase.*Not modelled:/);
    expect(new Set(access.hosts.map(({ ssh }) => ssh.hostKey)).size).toBe(5);
    for (const file of [
      access.sql.passwordFile,
      access.hosts[0]?.ssh.keyFile ?? '',
      join(access.dir, 'sandbox.json'),
    ]) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
    }
    expect(statSync(access.dir).mode & 0o777).toBe(0o700);
    const password = readFileSync(access.sql.passwordFile, 'utf8');
    expect(JSON.stringify(access)).not.toContain(password);
    for (const { dataPath, logPath, homePath, role } of access.hosts.filter((host) => host.role === 'free')) {
      expect([readdirSync(dataPath), readdirSync(logPath), existsSync(homePath), role]).toEqual([
        [],
        [],
        false,
        'free',
      ]);
    }
  });

  it('leaves no process, port or file behind when it is stopped, once or twice', async () => {
    const fleet = await startSandbox({ servers: 1, memberZones: ['zone2'] });
    const [host] = fleet.hosts;
    if (!host) throw new Error('no host');
    const client = await login(host);
    await prepare(fleet, host, client);
    await execute(client, `${host.agentPath}/bin/ocp_agentctl start; (sleep 600 >/dev/null 2>&1 &)`);
    expect(processesOf(fleet.access).length).toBeGreaterThanOrEqual(6);
    await Promise.all([fleet.stop(), fleet.stop()]);
    await fleet.stop();
    await fleet.stopped;
    expect(processesOf(fleet.access)).toEqual([]);
    expect(existsSync(fleet.access.dir)).toBe(false);
    expect(await rejection(login(host))).toBeInstanceOf(Error);
  });

  it('never meets another one', async () => {
    const [one, other] = await Promise.all([
      sandbox({ servers: 1, memberZones: ['zone2'], startServiceDelayMs: 0 }),
      sandbox({ servers: 1, memberZones: ['zone2'], startServiceDelayMs: 0 }),
    ]);
    const addresses = (hosts: readonly SandboxHost[]): string[] => hosts.map(({ ssh }) => `${ssh.host}:${ssh.port}`);
    const all = [...addresses(one.hosts), ...addresses(other.hosts)];
    expect(new Set(all).size).toBe(4);
    const [host] = one.hosts;
    const [stranger] = other.hosts;
    if (!host || !stranger) throw new Error('no hosts');
    await prepare(one, host, await login(host));
    await (await database(one)).query(`ALTER SYSTEM ADD SERVER '${host.ip}:${host.rpcPort}' ZONE 'zone2'`);
    const count = 'SELECT COUNT(*) AS servers FROM oceanbase.DBA_OB_SERVERS';
    expect(await rows(await database(one), count)).toEqual([{ servers: 2 }]);
    expect(await rows(await database(other), count)).toEqual([{ servers: 1 }]);
    const foreignKey = readFileSync(host.ssh.keyFile);
    expect(await rejection(login(stranger, { privateKey: foreignKey }))).toMatchObject({
      level: 'client-authentication',
    });
  });

  it('works on one address and free ports where no other address can be bound', async () => {
    const fleet = await sandbox({
      servers: 2,
      memberZones: ['zone1', 'zone2'],
      addresses: 'single',
      startServiceDelayMs: 0,
    });
    expect(new Set(fleet.hosts.map(({ ip }) => ip))).toEqual(new Set(['127.0.0.1']));
    const ports = fleet.hosts.flatMap(({ ssh, sqlPort, rpcPort }) => [ssh.port, sqlPort, rpcPort]);
    expect(new Set(ports).size).toBe(12);
    const root = await database(fleet);
    for (const host of fleet.hosts.slice(0, 2)) {
      await prepare(fleet, host, await login(host));
      await root.query(`ALTER SYSTEM ADD SERVER '${host.ip}:${host.rpcPort}' ZONE 'zone2'`);
    }
    const serving = 'SELECT SVR_PORT FROM oceanbase.DBA_OB_SERVERS WHERE START_SERVICE_TIME IS NOT NULL';
    await until(
      () => rows(root, serving),
      (found) => found.length === 4,
    );
  });

  it('ends with its owner even when that is killed, down to commands that went their own way', async () => {
    const { owner, access, client } = await ownedElsewhere();
    await execute(client, '(setsid sleep 600 || sleep 600) >/dev/null 2>&1 &');
    expect(processesOf(access).length).toBeGreaterThanOrEqual(6);
    owner.kill('SIGKILL');
    await until(
      () => processesOf(access),
      (pids) => pids.length === 0,
    );
    await until(
      () => existsSync(access.dir),
      (exists) => !exists,
    );
  });

  it('ends its observers and agents even when its warden was killed before its owner', async () => {
    const { owner, access } = await ownedElsewhere();
    atEnd(async () => rmSync(access.dir, { recursive: true, force: true }));
    const listing = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
    const wardens = listing.filter((line) => line.includes('sandbox-warden') && line.includes(access.dir));
    expect(wardens).toHaveLength(1);
    process.kill(Number.parseInt(wardens[0] ?? '', 10), 'SIGKILL');
    expect(processesOf(access).length).toBeGreaterThanOrEqual(5);
    owner.kill('SIGKILL');
    await until(
      () => processesOf(access),
      (pids) => pids.length === 0,
    );
    expect(existsSync(access.dir)).toBe(true);
  });

  it.each([
    [{ servers: -1 }, 'servers must be a whole number from 0 to 99'],
    [{ servers: 100 }, 'servers must be a whole number from 0 to 99'],
    [{ memberZones: [] }, 'memberZones must be a whole number from 1 to 99'],
    [{ memberZones: ['zone one'] }, '"zone one" is no zone name'],
    [{ startServiceDelayMs: Number.NaN }, 'startServiceDelayMs must be'],
  ])('is refused with %j', async (options, message) => {
    expect(await rejection(startSandbox(options))).toMatchObject({
      code: 'INVALID_SANDBOX',
      message: expect.stringContaining(message),
    });
  });
});

describe('a sandbox in a process of its own', () => {
  it('goes up, tells how it is, takes commands, refuses a second one, goes down, and up again', async () => {
    const dir = join(temporaryDir(), "it's here");
    atEnd(() => stopSandbox(dir));
    expect(await readSandbox(dir)).toEqual({ state: 'none' });
    const access = await launchSandbox({ dir, servers: 1, memberZones: ['zone1'] });
    expect(access.pid).not.toBe(process.pid);
    expect(await readSandbox(dir)).toEqual({ state: 'running', access });
    expect(await rejection(launchSandbox({ dir }))).toMatchObject({
      code: 'SANDBOX_RUNNING',
      next: `End it: precede sandbox down --dir ${dir}`,
    });
    expect(await rejection(startSandbox({ dir }))).toMatchObject({ code: 'SANDBOX_RUNNING' });
    const [host] = access.hosts;
    if (!host) throw new Error('no host');
    const client = await login(host);
    const fleet = { access };
    await prepare(fleet, host, client);
    expect(lives(await observerPid(host, client))).toBe(true);
    client.end();

    expect(await stopSandbox(dir)).toBe(true);
    expect(processesOf(access)).toEqual([]);
    expect(await readSandbox(dir)).toEqual({ state: 'ended' });
    expect(await stopSandbox(dir)).toBe(false);
    expect(readFileSync(host.commandsLog, 'utf8')).toContain('bin/observer');
    expect([existsSync(host.rootPath), existsSync(host.ssh.keyFile)]).toEqual([false, false]);
    await until(
      () => lives(access.pid),
      (alive) => !alive,
    );

    const second = await launchSandbox({ dir, servers: 0, memberZones: ['zone1'] });
    expect(existsSync(host.commandsLog)).toBe(false);
    process.kill(second.pid, 'SIGKILL');
    await until(
      () => processesOf(second),
      (pids) => pids.length === 0,
    );
    expect(await readSandbox(dir)).toEqual({ state: 'lost' });
    expect(await rejection(launchSandbox({ dir }))).toMatchObject({ code: 'SANDBOX_LOST' });
    expect(await stopSandbox(dir)).toBe(true);
    expect(await readSandbox(dir)).toEqual({ state: 'ended' });
  });

  it('ends on a signal as on the command', async () => {
    const dir = temporaryDir();
    const access = await launchSandbox({ dir, servers: 0, memberZones: ['zone1'] });
    process.kill(access.pid, 'SIGTERM');
    await until(
      () => readSandbox(dir),
      ({ state }) => state === 'ended',
    );
    expect(processesOf(access)).toEqual([]);
  });

  it('is refused where something else lies, or with bad options, and touches nothing', async () => {
    const dir = temporaryDir();
    writeFileSync(join(dir, 'mine.txt'), 'mine');
    expect(await rejection(launchSandbox({ dir }))).toMatchObject({ code: 'DIRECTORY_NOT_EMPTY' });
    expect(await rejection(launchSandbox({ dir: join(dir, 'new'), servers: 1.5 }))).toMatchObject({
      code: 'INVALID_SANDBOX',
    });
    expect(await stopSandbox(dir)).toBe(false);
    expect(await readSandbox(dir)).toEqual({ state: 'none' });
    expect(readdirSync(dir)).toEqual(['mine.txt']);
  });
});
