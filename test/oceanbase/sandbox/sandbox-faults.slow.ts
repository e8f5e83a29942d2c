import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseFault, type Sandbox, type SandboxHost } from '../../../src/oceanbase/sandbox/index.ts';
import { endAll } from '../support/cleanups.ts';
import { database, ended, execute, login, open, rows, sandbox, until } from './clients.ts';
import { flagsOf, install, makeDirectories, prepare, startObserver } from './observer-steps.ts';

// Whole fleets of processes start here; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
afterEach(endAll);

/** A sandbox of one member and two hosts, the second of which has the fault. */
async function faulty(fault: string): Promise<{ fleet: Sandbox; good: SandboxHost; bad: SandboxHost }> {
  const faults = [parseFault(fault)];
  const fleet = await sandbox({ servers: 2, memberZones: ['zone2'], faults, startServiceDelayMs: 0 });
  const [good, bad] = fleet.hosts;
  if (!good || !bad) throw new Error('no hosts');
  return { fleet, good, bad };
}

describe('a fault of a host', () => {
  it('disk-full: shows room, and fails to install, and only there', async () => {
    const { fleet, good, bad } = await faulty('host:2=disk-full');
    const onBad = await login(bad);
    const { stdout } = await execute(onBad, `df -Pk ${bad.dataPath} | awk 'NR == 2 { print $4 }'`);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(await install(fleet, bad, onBad)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/No space left on device/),
    });
    expect(await execute(onBad, `rpm -q oceanbase-ce; ls ${bad.homePath}`)).toMatchObject({
      stdout: 'package oceanbase-ce is not installed\n',
      code: 2,
    });
    expect(await install(fleet, good, await login(good))).toMatchObject({ code: 0 });
  });

  it('port-taken: something listens there before, and the observer does not start', async () => {
    const { fleet, good, bad } = await faulty('host:2=port-taken');
    const onBad = await login(bad);
    expect(await execute(onBad, 'ss -Hltn sport = :2881')).toMatchObject({ stdout: expect.stringContaining(bad.ip) });
    const socket = connect({ host: bad.ip, port: bad.sqlPort });
    await once(socket, 'connect');
    socket.destroy();
    await install(fleet, bad, onBad);
    await makeDirectories(fleet, bad, onBad);
    expect(await startObserver(bad, onBad, flagsOf(fleet, bad))).toMatchObject({ code: 1 });
    expect(readFileSync(`${bad.homePath}/log/observer.log`, 'utf8')).toMatch(/a port cannot be opened: .*EADDRINUSE/);
    expect(await execute(await login(good), 'ss -Hltn sport = :2881')).toMatchObject({ stdout: '' });
  });

  it('ssh-drop: cuts the connection while a package is being installed, once; the install goes on', async () => {
    const { fleet, bad } = await faulty('host:2=ssh-drop');
    const client = await login(bad);
    expect(await execute(client, 'true')).toMatchObject({ code: 0 });
    // Neither a status nor a signal came: the outcome is not known.
    expect(await install(fleet, bad, client)).toMatchObject({ code: undefined, signal: undefined });
    const again = await login(bad);
    await until(
      () => execute(again, 'rpm -q oceanbase-ce && rpm -V oceanbase-ce'),
      ({ code }) => code === 0,
    );
    expect(await execute(again, 'rpm -e oceanbase-ce')).toMatchObject({ code: 0 });
    expect(await install(fleet, bad, again)).toMatchObject({ code: 0 });
  });

  it('ssh-drop:2: cuts the connection in the second command, whatever that is', async () => {
    const { bad } = await faulty('host:2=ssh-drop:2');
    const client = await login(bad);
    expect(await execute(client, 'echo 1')).toMatchObject({ stdout: '1\n', code: 0 });
    expect(await execute(client, 'echo 2 > second')).toMatchObject({ code: undefined, signal: undefined });
    expect(await execute(await login(bad), 'cat second')).toMatchObject({ stdout: '2\n', code: 0 });
  });

  it('slow: starts each command late, and loses none of its input', async () => {
    const { good, bad } = await faulty('host:2=slow:1000');
    const order: string[] = [];
    const echo = async (host: SandboxHost, text: string): Promise<void> => {
      expect(await execute(await login(host), 'cat', text)).toMatchObject({ stdout: text, code: 0 });
      order.push(text);
    };
    const startedMs = performance.now();
    const late = echo(bad, 'late');
    await echo(good, 'at once');
    await late;
    expect(order).toEqual(['at once', 'late']);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(999);
  });

  it('never-active: the observer runs and joins, but never serves', async () => {
    const { fleet, good, bad } = await faulty('host:2=never-active');
    const root = await database(fleet);
    for (const host of [bad, good]) {
      await prepare(fleet, host, await login(host));
      await root.query(`ALTER SYSTEM ADD SERVER '${host.ip}:2882' ZONE 'zone2'`);
    }
    const state = 'SELECT STATUS, START_SERVICE_TIME FROM oceanbase.DBA_OB_SERVERS';
    await until(
      () => rows(root, `${state} WHERE SVR_IP = '${good.ip}'`),
      ([row]) => row?.['START_SERVICE_TIME'] !== null,
    );
    expect(await rows(root, `${state} WHERE SVR_IP = '${bad.ip}'`)).toEqual([
      { STATUS: 'ACTIVE', START_SERVICE_TIME: null },
    ]);
    expect(await rows(await database(fleet, bad), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('never keeps a client from cancelling a command', async () => {
    const { bad } = await faulty('host:2=slow:600000');
    const client = await login(bad);
    const channel = await open(client, 'true');
    const outcome = ended(channel);
    client.end();
    expect(await outcome).toMatchObject({ code: undefined });
  });
});
