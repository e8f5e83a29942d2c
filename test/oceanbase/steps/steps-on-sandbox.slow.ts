import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addObserver,
  installRpm,
  makeDirectories,
  preCheckForInstall,
  prepareAddObserver,
  reserveHosts,
  restartObserver,
  sh,
  startAgent,
  startObserver,
  syncClusterInfo,
  updateClusterStatus,
  updateServerStatus,
  updateZoneStatus,
  waitObserverActive,
  type Restart,
  type Step,
} from '../../../src/oceanbase/index.ts';
import { server, setupSteps, type StepSetup } from './sandbox-setup.ts';

let setup: StepSetup;

beforeAll(async () => {
  setup = await setupSteps();
}, 30_000);

afterAll(async () => {
  await setup.close();
});

/** The steps in the order of the workflow; the first and the waits have nothing to undo, nor has the restart. */
const steps: readonly (readonly [name: string, step: Step])[] = [
  ['Prepare add observer', prepareAddObserver([server])],
  ['Reserve host', reserveHosts([server])],
  ['Pre check for install OB', preCheckForInstall(server)],
  ['Install rpm', installRpm(server)],
  ['Make dir for ob', makeDirectories(server)],
  ['Start observer process with param', startObserver(server)],
  ['Add observer', addObserver(server)],
  ['Wait observer active', waitObserverActive([server], 'added')],
  ['Restart observer process', restartObserver(server)],
  ['Wait observer active#2', waitObserverActive([server], 'restarted')],
  ['Start ocp agent service', startAgent(server)],
  ['Update observer status', updateServerStatus(server)],
  ['Update zone status', updateZoneStatus(server)],
  ['Sync cluster info', syncClusterInfo(server)],
  ['Update OB cluster status', updateClusterStatus(server)],
];

/** Those that may be done before they run: by the admission, by nobody, or by time alone. */
const mayBeDoneBefore = new Set([
  ...['Prepare add observer', 'Pre check for install OB'],
  ...['Wait observer active', 'Wait observer active#2'],
]);

function stepNamed(name: string): Step {
  const found = steps.find(([known]) => known === name);
  if (!found) throw new Error(`no step ${name}`);
  return found[1];
}

const isDone = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'done' in answer;

describe('the steps, one by one on a stand-in host', () => {
  it('undo nothing, harmlessly, when they have done nothing', async () => {
    for (const [name, step] of [...steps].reverse()) {
      if (name.startsWith('Update')) continue;
      await step.undo?.(setup.context());
    }
    expect(existsSync(setup.host.homePath)).toBe(false);
    await setup.inventory(async ({ servers }) => {
      const row = (await servers.list()).find(({ runId }) => runId === 7);
      if (row) await servers.put({ ...row, effects: { ...row.effects, left: [] } });
    });
  });

  it('preview what they would do, without doing it', async () => {
    const texts = [];
    for (const [, step] of steps) texts.push(...(await step.preview(setup.context())).map(({ text }) => text));
    expect(texts.join('\n')).toContain(`ALTER SYSTEM ADD SERVER '${setup.host.ip}:${setup.host.rpcPort}' ZONE 'zone2'`);
    expect(texts.join('\n')).toContain('-ivh');
    expect(texts.join('\n')).toContain('memory_limit=6G');
    expect(existsSync(setup.host.homePath)).toBe(false);
  });

  it.each(steps.map(([name]) => name))('are needed, then done: %s', { timeout: 20_000 }, async (name) => {
    const step = stepNamed(name);
    if (!mayBeDoneBefore.has(name)) expect(await step.check?.(setup.context())).toBe('needed');
    const output = await step.run(setup.context());
    const answer = await step.check?.(setup.context());
    expect(isDone(answer)).toBe(true);
    await step.end?.(setup.context());
    expect(existsSync(join(setup.host.homePath, '..', '.precede'))).toBe(false);
    expect(output).toBeDefined();
  });

  it('have put the package, the links and a live process there', async () => {
    expect((await setup.onHost(sh`rpm -qa`)).trim()).toMatch(/^oceanbase-ce-4\./);
    const store = join(setup.host.homePath, 'store', 'sandbox');
    expect(readdirSync(store).sort()).toEqual(['clog', 'etc2', 'etc3', 'slog', 'sstable']);
    expect(readlinkSync(join(store, 'clog'))).toBe(join(setup.host.logPath, 'sandbox', 'clog'));
    const pid = Number(readFileSync(join(setup.host.homePath, 'run', 'observer.pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect(await setup.onHost(sh`${setup.host.agentPath}/bin/ocp_agentctl status`)).toContain(
      '"ocp_agentd":{"state":"running"',
    );
  });

  it('have restarted the observer: another pid, a later start', async () => {
    const answer = (await restartObserver(server).check?.(setup.context())) as { done: Restart };
    const { before, after } = answer.done;
    expect(after.pid).not.toBe(before?.pid);
    expect(after.startMark).not.toBe(before?.startMark);
    const again = await restartObserver(server).run(setup.context(2));
    expect(again.after.pid).toBe(after.pid);
  });

  it('take a server as restarted only when the cluster shows another start of service than before', async () => {
    const isActive = async (since: 'added' | 'restarted') =>
      waitObserverActive([server], since).check?.(setup.context());
    const row = await setup.server();
    expect(isDone(await isActive('restarted'))).toBe(true);
    const { done } = (await isActive('added')) as { done: { startServiceTimes: readonly string[] } };
    const [serviceTimeBeforeRestart = ''] = done.startServiceTimes;
    await setup.inventory(async ({ servers }) => {
      if (row) await servers.put({ ...row, effects: { ...row.effects, serviceTimeBeforeRestart } });
    });
    expect(await isActive('restarted')).toBe('needed');
    expect(isDone(await isActive('added'))).toBe(true);
    await setup.inventory(async ({ servers }) => {
      if (row) await servers.put(row);
    });
  });

  it('have added the server once, however often they run', async () => {
    await addObserver(server).run(setup.context(2));
    const statements = readFileSync(setup.sqlLog, 'utf8')
      .split('\n')
      .filter((line) => line.includes('ADD SERVER'));
    expect(statements.filter((line) => line.includes('"received"'))).toHaveLength(1);
  });

  it('have written what the cluster shows into the inventory', async () => {
    expect(await setup.server()).toMatchObject({
      status: 'RUNNING',
      innerStatus: 'ACTIVE',
      version: '4.3.5.1',
      stopTime: null,
    });
    expect((await setup.server())?.startTime).toMatch(/^\d{4}-\d{2}-\d{2} /);
  });

  it.each([...steps].reverse().flatMap(([name, step]) => (step.undo ? [name] : [])))(
    'are needed again once they are undone: %s',
    { timeout: 20_000 },
    async (name) => {
      const step = stepNamed(name);
      await step.undo?.(setup.context());
      expect(await step.check?.(setup.context())).toBe('needed');
      await step.undo?.(setup.context());
      await step.end?.(setup.context());
    },
  );

  it('leave the host as it was', async () => {
    expect(await setup.onHost(sh`rpm -qa`)).toBe('');
    expect(existsSync(setup.host.homePath)).toBe(false);
    expect(existsSync(join(setup.host.homePath, '..', '.precede'))).toBe(false);
    expect(readdirSync(setup.host.dataPath)).toEqual([]);
    expect(readdirSync(setup.host.logPath)).toEqual([]);
    const host = await setup.inventory(({ hosts }) => hosts.get(1));
    expect(host).toMatchObject({ status: 'AVAILABLE', services: [] });
  });
});
