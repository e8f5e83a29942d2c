import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, memoryStore, type Run } from 'precede';
import {
  inventoryOf,
  oceanbaseServices,
  registerSandbox,
  startSandbox,
  type Inventory,
  type SandboxOptions,
} from 'precede/oceanbase';
import { afterEach, describe, expect, it } from 'vitest';
import workflow from '../../../workflows/add-ob-server/index.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, 30_000);

const quick = { startServiceDelayMs: 100, deleteServerDelayMs: 50 };

/** An engine on a sandbox of two hosts to add. */
async function setup(options: SandboxOptions = {}, { activeTimeoutMs = 20_000 } = {}) {
  const sandbox = await startSandbox({ servers: 2, memberZones: ['zone1', 'zone2'], ...quick, ...options });
  cleanups.push(() => sandbox.stop());
  const store = memoryStore();
  await store.transact((tables) => registerSandbox(tables, sandbox.access, Date.now()));
  const opened = oceanbaseServices({ store, pollIntervalMs: 50, activeTimeoutMs });
  cleanups.push(() => opened.close());
  const engine = createEngine({ store, services: opened.services });
  cleanups.push(() => engine.close());
  const inventory = <Result>(work: (known: Inventory) => Promise<Result>): Promise<Result> =>
    store.transact((tables) => work(inventoryOf(tables)));
  const [first, second] = sandbox.hosts;
  // With one host to add, the second is a member.
  if (!first || !second) throw new Error('a sandbox without hosts');
  return { sandbox, engine, inventory, first, second };
}

type Setup = Awaited<ReturnType<typeof setup>>;

const input = { clusterId: 1, zoneName: 'zone2', servers: [1, 2] };

async function statuses({ inventory }: Setup) {
  return inventory(async ({ clusters, zones, servers, hosts }) => ({
    cluster: (await clusters.get(1))?.status,
    zone2: (await zones.get({ clusterId: 1, name: 'zone2' }))?.status,
    servers: (await servers.list()).filter(({ hostId }) => hostId < 100).map(({ status }) => status),
    hosts: (await hosts.list()).filter(({ id }) => id < 100).map(({ status }) => status),
  }));
}

const allRunning = {
  cluster: 'RUNNING',
  zone2: 'RUNNING',
  servers: ['RUNNING', 'RUNNING'],
  hosts: ['ONLINE', 'ONLINE'],
};
const allFree = { cluster: 'RUNNING', zone2: 'RUNNING', servers: [], hosts: ['AVAILABLE', 'AVAILABLE'] };

/** The outcome of a run that was taken up again. */
async function outcomeOf({ engine }: Setup, { id }: Run) {
  return (await engine.run(id))?.outcome();
}

function keysIn(run: Run, state: string): readonly string[] {
  return run.snapshot().tasks.flatMap((task) => (task.state === state ? [task.key] : []));
}

describe('Add OB server on a sandbox', { timeout: 40_000 }, () => {
  it('brings two hosts into the cluster', async () => {
    const world = await setup();
    const run = await world.engine.start(workflow, input);
    const outcome = await run.outcome();
    expect(outcome).toMatchObject({ state: 'SUCCESS', failures: [] });
    expect(Object.keys(outcome.outputs)).toHaveLength(29);
    expect(await statuses(world)).toEqual(allRunning);
    for (const host of [world.first, world.second]) {
      const pid = Number(readFileSync(join(host.homePath, 'run', 'observer.pid'), 'utf8'));
      expect(() => process.kill(pid, 0)).not.toThrow();
    }
    await expect(world.engine.start(workflow, input)).rejects.toMatchObject({
      problems: [{ code: 'HOST_IN_USE' }, { code: 'HOST_IN_USE' }],
    });
  });

  it.each(['2.2.75', '3.1.5'] as const)('speaks to OceanBase %s as it wants to be spoken to', async (obVersion) => {
    const world = await setup({ obVersion, servers: 1 });
    const run = await world.engine.start(workflow, { ...input, servers: [1] });
    const outcome = await run.outcome();
    expect(outcome).toMatchObject({ state: 'SUCCESS', failures: [] });
    expect(Object.keys(outcome.outputs)).toHaveLength(21);
    const { commandsLog, homePath, logPath } = world.first;
    // As they reach the shell: within the step runner's words each quote is quoted again.
    const commands = readFileSync(commandsLog, 'utf8').replaceAll(String.raw`'\\''`, "'");
    expect(commands).toContain("bin/observer' '-i' 'eth0' '-p'");
    expect(commands).toContain(`rpm -ivh --prefix '${homePath}'`);
    expect(readdirSync(join(logPath, 'sandbox')).sort()).toEqual(['clog', 'etc2', 'ilog', 'oob_clog']);
    expect(readFileSync(world.sandbox.access.sqlLog, 'utf8')).toContain('FROM oceanbase.__all_server');
    expect(await world.inventory(({ servers }) => servers.list())).toContainEqual(
      expect.objectContaining({ hostId: 1, innerStatus: 'ACTIVE', version: obVersion, startTime: expect.any(String) }),
    );
  });

  it('stops at the host whose disk is full, frees the cluster, and can be rolled back to nothing', async () => {
    const world = await setup({ faults: [{ hostId: 2, kind: 'disk-full' }] });
    const run = await world.engine.start(workflow, input);
    expect(await run.outcome()).toMatchObject({ state: 'FAILED', failures: [{ task: 'host:2/Install rpm' }] });
    expect(keysIn(run, 'SUCCESS')).toEqual([
      ...['Prepare add observer', 'Reserve host', 'host:1/Pre check for install OB', 'host:2/Pre check for install OB'],
      ...['Wait node', 'host:1/Install rpm'],
    ]);
    expect(keysIn(run, 'PENDING')).toHaveLength(29 - 7);
    expect(await statuses(world)).toEqual({ ...allRunning, servers: ['UNAVAILABLE', 'UNAVAILABLE'] });
    await world.engine.rollback(run.id);
    expect(await outcomeOf(world, run)).toMatchObject({ state: 'ROLLED_BACK' });
    expect(await statuses(world)).toEqual(allFree);
    expect(existsSync(world.first.homePath)).toBe(false);
  });

  it('adds servers to several zones, going on after a retry once the reason for a failure is gone', async () => {
    const world = await setup();
    const inTheWay = join(world.second.dataPath, 'sandbox', 'slog');
    mkdirSync(inTheWay, { recursive: true });
    writeFileSync(join(inTheWay, 'old'), 'of another server');
    const run = await world.engine.start(workflow, input);
    expect(await run.outcome()).toMatchObject({
      state: 'FAILED',
      failures: [{ task: 'host:2/Pre check for install OB' }],
    });
    expect(await statuses(world)).toMatchObject({ cluster: 'RUNNING', zone2: 'RUNNING' });
    rmSync(join(world.second.dataPath, 'sandbox'), { recursive: true });
    await world.engine.retry(run.id);
    expect(await statuses(world)).toMatchObject({ cluster: 'OPERATING', zone2: 'OPERATING' });
    expect(await outcomeOf(world, run)).toMatchObject({ state: 'SUCCESS' });
    expect(await statuses(world)).toEqual(allRunning);
  });

  it('takes everything back when servers never serve: processes, directories, packages, membership', async () => {
    const world = await setup({ faults: [{ hostId: 1, kind: 'never-active' }] }, { activeTimeoutMs: 1_000 });
    const run = await world.engine.start(workflow, input);
    expect(await run.outcome()).toMatchObject({ state: 'FAILED', failures: [{ task: 'Wait observer active' }] });
    await world.engine.rollback(run.id);
    expect(await outcomeOf(world, run)).toMatchObject({ state: 'ROLLED_BACK' });
    expect(await statuses(world)).toEqual(allFree);
    for (const host of [world.first, world.second]) {
      expect(existsSync(host.homePath)).toBe(false);
      expect(readdirSync(host.dataPath)).toEqual([]);
      expect(readdirSync(host.logPath)).toEqual([]);
    }
  });
});
