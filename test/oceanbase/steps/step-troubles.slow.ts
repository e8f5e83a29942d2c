import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  installRpm,
  makeDirectories,
  preCheckForInstall,
  sh,
  startAgent,
  startObserver,
  type PackageRecord,
} from '../../../src/oceanbase/index.ts';
import { pollUntil } from '../../../src/oceanbase/poll.ts';
import { openSite } from '../../../src/oceanbase/steps/site.ts';
import { actOnce } from '../../../src/oceanbase/steps/step-runner/act-once.ts';
import { server, setupSteps, type StepSetup } from './sandbox-setup.ts';

let setup: StepSetup;

beforeAll(async () => {
  setup = await setupSteps({ faults: [{ hostId: 1, kind: 'ssh-drop' }] });
}, 30_000);

afterAll(async () => {
  await setup.close();
});

async function withPackage(facts: Partial<PackageRecord>): Promise<PackageRecord> {
  return setup.inventory(async ({ packages }) => {
    const [row] = await packages.list();
    if (!row) throw new Error('a sandbox without a package');
    await packages.put({ ...row, ...facts });
    return row;
  });
}

describe('a step in trouble', () => {
  it('reports everything that is wrong with a host at once', async () => {
    const { host } = setup;
    const taken = createServer().listen(host.rpcPort, host.ip);
    await once(taken, 'listening');
    mkdirSync(join(host.logPath, 'sandbox', 'clog'), { recursive: true });
    writeFileSync(join(host.logPath, 'sandbox', 'clog', '0'), 'old');
    try {
      await expect(preCheckForInstall(server).run(setup.context())).rejects.toMatchObject({
        code: 'PRE_CHECK_FAILED',
        problems: [{ code: 'PORT_TAKEN' }, { code: 'DIRECTORY_NOT_EMPTY' }],
      });
      const answer = await preCheckForInstall(server).check?.(setup.context());
      expect(answer).toMatchObject({
        unknown: expect.stringContaining(`the RPC port ${host.rpcPort} already; `),
        problems: [{ code: 'PORT_TAKEN' }, { code: 'DIRECTORY_NOT_EMPTY' }],
      });
      await expect(makeDirectories(server).check?.(setup.context())).resolves.toBe('needed');
      await expect(makeDirectories(server).preview(setup.context())).rejects.toMatchObject({
        code: 'DIRECTORIES_NOT_CLEAN',
      });
      await expect(makeDirectories(server).run(setup.context())).rejects.toMatchObject({
        code: 'DIRECTORIES_NOT_CLEAN',
      });
      expect(existsSync(join(host.dataPath, 'sandbox'))).toBe(false);
    } finally {
      taken.close();
      rmSync(join(host.logPath, 'sandbox'), { recursive: true });
    }
  });

  it('refuses a package that is not what the inventory says, and installs nothing', async () => {
    const right = await withPackage({ sha256: 'f'.repeat(64) });
    await expect(installRpm(server).run(setup.context())).rejects.toMatchObject({ code: 'PACKAGE_DAMAGED' });
    await withPackage({ sha256: right.sha256 });
    expect(await setup.onHost(sh`rpm -qa`)).toBe('');
  });

  it('sends a package that the host does not see, and installs it once although the connection is cut in the middle', async () => {
    const { path } = await withPackage({});
    const descriptor = openSync(path ?? '', 'r');
    // A path that only this process can read.
    await withPackage({ path: `/dev/fd/${descriptor}` });
    const context = setup.context();
    try {
      await installRpm(server).run(context);
    } finally {
      closeSync(descriptor);
      await withPackage({ path });
    }
    expect(context.lines.join('\n')).toContain('Asking the host for the result.');
    expect(await setup.onHost(sh`rpm -qa`)).toMatch(/^oceanbase-ce-/);
    const sent = readFileSync(setup.host.commandsLog, 'utf8')
      .split('\n')
      .filter((line) => line.includes('rpm -ivh'));
    expect(sent.filter((line) => line.includes('"received"')).length).toBeGreaterThan(1);
    expect(context.lines.filter((line) => line.includes('already installed'))).toEqual([]);
    await installRpm(server).end?.(context);
    expect(existsSync(join(setup.host.homePath, '..', '.precede'))).toBe(false);
  });

  it('says why an observer did not come up, and leaves nothing running', async () => {
    await makeDirectories(server).run(setup.context());
    const taken = createServer().listen(setup.host.sqlPort, setup.host.ip);
    await once(taken, 'listening');
    try {
      await expect(startObserver(server).run(setup.context())).rejects.toMatchObject({ code: 'SSH_COMMAND_FAILED' });
    } finally {
      taken.close();
    }
    expect(await startObserver(server).check?.(setup.context())).toBe('needed');
    const started = await startObserver(server).run(setup.context(2));
    expect(started.pid).toBeGreaterThan(0);
  });

  it('does not mistake another process for the observer, and does not end it', async () => {
    const pidFile = join(setup.host.homePath, 'run', 'observer.pid');
    const pid = readFileSync(pidFile, 'utf8');
    writeFileSync(pidFile, `${process.pid}\n`);
    expect(await startObserver(server).check?.(setup.context())).toBe('needed');
    writeFileSync(pidFile, pid);
    await startObserver(server).undo?.(setup.context());
    expect(() => process.kill(Number(pid), 0)).toThrow();
  });

  it('waits for a command that was cut off and still runs before it undoes, and forgets it', async () => {
    const userHome = join(setup.host.homePath, '..');
    const slow = { name: 'rpm', command: sh`sleep 0.5; touch late`, timeoutMs: 60_000 };
    const context = setup.context();
    const installing = actOnce(context, await openSite(context, server), slow);
    await pollUntil<true>({
      ...{ what: 'the command to run', timeoutMs: 5_000, intervalMs: 10 },
      probe: async () =>
        existsSync(join(userHome, '.precede/steps/test-7-1.rpm/start')) ? { done: true } : { waiting: 'it does not' },
    });
    await installRpm(server).undo?.(setup.context(2));
    expect(existsSync(join(userHome, 'late'))).toBe(true);
    await installing;
    await installRpm(server).end?.(setup.context(2));
    expect(existsSync(join(userHome, '.precede'))).toBe(false);
    await setup.onHost(sh`rm late`);
  });

  it('leaves alone what was there before the run', async () => {
    const control = `${setup.host.agentPath}/bin/ocp_agentctl`;
    await setup.onHost(sh`${control} start`);
    const agent = startAgent(server);
    expect(await agent.check?.(setup.context())).toMatchObject({ done: {} });
    await agent.undo?.(setup.context());
    expect(await setup.onHost(sh`${control} status`)).toContain('running');
    expect(await agent.check?.(setup.context())).toEqual({ unknown: 'the agent ran before the run' });
    await setup.onHost(sh`${control} stop`);
  });
});
