import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createEngine, defineWorkflow, inspectPlan, memoryStore, planWorkflow, type PlanInspection } from 'precede';
import {
  createHostConnections,
  inventoryOf,
  oceanbaseServices,
  registerSandbox,
  runCommand,
  sh,
  type ShellCommand,
  startSandbox,
  type Inventory,
  type PackageRecord,
  type SandboxOptions,
} from 'precede/oceanbase';
import { z } from 'zod';
import { afterEach, describe, expect, it } from 'vitest';
import workflow from '../../../workflows/add-ob-server/index.ts';
import { worldSnapshot } from './world-snapshot.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, 30_000);

const input = { clusterId: 1, zoneName: 'zone2', servers: [1, 2] };

interface Sent {
  readonly event: string;
  readonly command?: string;
  readonly sql?: string;
}

async function setup(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({
    ...{ servers: 2, memberZones: ['zone1', 'zone2'], startServiceDelayMs: 50, deleteServerDelayMs: 50 },
    ...options,
  });
  cleanups.push(() => sandbox.stop());
  const store = memoryStore();
  await store.transact((tables) => registerSandbox(tables, sandbox.access, Date.now()));
  const opened = oceanbaseServices({ store, pollIntervalMs: 50, activeTimeoutMs: 20_000 });
  cleanups.push(() => opened.close());
  const engine = createEngine({ store, services: opened.services });
  cleanups.push(() => engine.close());
  const inventory = <Result>(work: (known: Inventory) => Promise<Result>): Promise<Result> =>
    store.transact((tables) => work(inventoryOf(tables)));
  const plan = planWorkflow(workflow, input);
  const hosts = sandbox.hosts.filter(({ id }) => input.servers.includes(id));
  const outside = createHostConnections({
    hosts: async (id) => {
      const host = hosts.find((one) => one.id === id);
      if (!host) throw new Error(`There is no host ${id}.`);
      return { id, ...host.ssh };
    },
  });
  cleanups.push(() => outside.close());
  return {
    engine,
    inventory,
    hosts,
    plan,
    look: () => worldSnapshot(sandbox.access, inventory),
    inspect: () => inspectPlan(plan, { services: opened.services, store }),
    onHost: (id: number, command: ShellCommand) => runCommand(outside.session(id), command),
    /** What a host was sent so far, in order. */
    commands: (id: number) =>
      received(hosts.find((host) => host.id === id)?.commandsLog).map(({ command = '' }) => command),
    statements: () => received(sandbox.access.sqlLog).map(({ sql = '' }) => sql),
  };
}

function received(log = ''): readonly Sent[] {
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Sent).filter(({ event }) => event === 'received');
}

/** Everything that is shown as needed of a kind, on a host or a cluster, in plan order. */
function shown({ tasks }: PlanInspection, kind: 'command' | 'sql', host: string): readonly string[] {
  return tasks
    .flatMap(({ finding }) => (finding.kind === 'needed' ? (finding.steps ?? []) : []))
    .filter((step) => step.kind === kind && step.host === host)
    .map(({ text }) => text);
}

/** Without what nobody can know beforehand. */
function anonymous(command: string): string {
  return command
    .replaceAll(/\b[0-9a-z]+-\d+-\d+-\d+(?=\.part|\.[0-9a-f]{8}\.|\.rpm|\.observer|\.agent|\.fetch)/g, '<token>')
    .replaceAll(/<token>\.[0-9a-f]{8}\./g, '<token>.<id>.')
    .replaceAll(/= '\d+ \d+' \]/g, "= '<pid> <start>' ]");
}

/** As it stands within the step runner's words, where each quote is quoted again. */
function requoted(command: string): string {
  return command.replaceAll("'", String.raw`'\''`);
}

/** The positions at which the commands were sent, which are ascending; fails for one that was not. */
function positionsOf(wanted: readonly string[], sent: readonly string[]): readonly number[] {
  let from = 0;
  return wanted.map((command) => {
    const at = sent.findIndex(
      (text, index) =>
        index >= from && (text === command || text.includes(requoted(command)) || isWrapped(text, command)),
    );
    expect(at, `it was not sent, or in another order: ${command}`).toBeGreaterThanOrEqual(from);
    from = at + 1;
    return at;
  });
}

/** The step runner starts it with `sh -c` from words of its own. */
function isWrapped(text: string, command: string): boolean {
  return text.includes('.precede/steps/') && text.includes(command);
}

/** The step runner's directory of a command that it starts or asks after. */
function directoryOf(text = ''): string | undefined {
  return /^d='(\.precede\/steps\/[^']+)'/.exec(text)?.[1];
}

/** Opens a directory for a command, or ends and clears away all those of a task: commands of nobody's choosing. */
function isHousekeeping(text: string): boolean {
  return text.startsWith("umask 077\nmkdir -p '.precede/steps/") || text.startsWith('mark_of() {');
}

/** What was brought is looked at under its temporary name too. */
function isProbe(text: string, probes: ReadonlySet<string>): boolean {
  return probes.has(text.replaceAll(/\.<token>(\.<id>)?\.part/g, ''));
}

type World = Awaited<ReturnType<typeof setup>>;

/** Runs what was inspected, and holds what was sent to what was shown. */
async function expectTruth(world: World): Promise<void> {
  const before = await world.look();
  const inspection = await world.inspect();
  expect(await world.look()).toEqual(before);
  expect(inspection.problems).toEqual([]);
  const looks = new Map(world.hosts.map(({ id }) => [id, world.commands(id)]));
  const asked = world.statements().length;
  const run = await world.engine.start(world.plan);
  expect(await run.outcome()).toMatchObject({ state: 'SUCCESS' });
  for (const { id, name } of world.hosts) {
    const probes = new Set(looks.get(id));
    const received = world.commands(id).slice(looks.get(id)?.length);
    const sent = received.map(anonymous);
    const wanted = shown(inspection, 'command', name).map(anonymous);
    const positions = new Set(positionsOf(wanted, sent));
    // Whatever else was sent only looks, as the inspection did, or keeps house for, or asks after, what was shown.
    const started = new Set([...positions].map((at) => directoryOf(received[at])));
    const others = received.filter((text, index) => {
      const directory = directoryOf(text);
      const isAsked = directory !== undefined && started.has(directory);
      return !positions.has(index) && !isAsked && !isHousekeeping(text) && !isProbe(anonymous(text), probes);
    });
    expect(others).toEqual([]);
  }
  const isChange = (sql: string): boolean => !sql.startsWith('SELECT');
  const statements = world.statements().slice(asked);
  const wanted = shown(inspection, 'sql', 'sandbox');
  expect(statements.filter(isChange).toSorted()).toEqual(wanted.filter(isChange).toSorted());
  for (const sql of wanted) expect(statements).toContain(sql);
}

describe('what a dry run shows is what a run sends', { timeout: 60_000 }, () => {
  it.each(['2.2.75', '3.1.5', '4.3.5'] as const)('to hosts and database of %s', async (obVersion) => {
    await expectTruth(await setup({ obVersion }));
  });

  it('when the hosts do not see the package and it is sent over', async () => {
    const world = await setup();
    const [{ path }] = await packagesOf(world);
    const descriptor = openSync(path ?? '', 'r');
    cleanups.push(async () => closeSync(descriptor));
    // A path that only this process can read.
    await changePackage(world, { path: `/dev/fd/${descriptor}` });
    await expectTruth(world);
  });

  it('when the hosts fetch the package themselves', async () => {
    const world = await setup();
    const [{ path, fileName }] = await packagesOf(world);
    const content = readFileSync(path ?? '');
    const server = createServer((_, response) => void response.end(content)).listen(0, '127.0.0.1');
    cleanups.push(async () => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await changePackage(world, { path: null, downloadUrl: `http://127.0.0.1:${port}/${fileName}` });
    await expectTruth(world);
  });
});

describe('work that was begun by hand', { timeout: 60_000 }, () => {
  /** Types into a host what the dry run shows of these of its tasks. */
  async function byHand(world: World, hostId: number, names: readonly string[]): Promise<void> {
    const { tasks } = await world.inspect();
    for (const { key, finding } of tasks) {
      if (!names.some((name) => key === `host:${hostId}/${name}`) || finding.kind !== 'needed') continue;
      for (const step of finding.steps ?? []) {
        if (step.kind === 'command') await world.onHost(hostId, sh`sh -c ${step.text}`);
      }
    }
  }

  it('is recognised, left as it is by the run, and by its rollback', async () => {
    const world = await setup();
    await byHand(world, 1, ['Install rpm', 'Make dir for ob', 'Start observer process with param']);
    const begun = await world.look();
    const inspection = await world.inspect();
    expect(inspection.problems).toEqual([]);
    const kinds = Object.fromEntries(inspection.tasks.map(({ key, finding }) => [key, finding.kind]));
    expect(kinds).toMatchObject({
      'host:1/Pre check for install OB': 'done',
      'host:1/Install rpm': 'done',
      'host:1/Make dir for ob': 'done',
      'host:1/Start observer process with param': 'done',
      'host:1/Add observer': 'needed',
      'host:2/Install rpm': 'needed',
      'host:2/Start observer process with param': 'needed',
    });
    const from = world.commands(1).length;
    const run = await world.engine.start(world.plan);
    expect(await run.outcome()).toMatchObject({ state: 'SUCCESS' });
    const sent = world.commands(1).slice(from).join('\n');
    expect(sent).not.toMatch(/rpm -ivh|mkdir -p -- /);
    // The restart is shown with the very process that runs.
    const [restart = ''] = stepsOf(inspection, 'host:1/Restart observer process');
    expect(sent).toContain(restart);
    await world.engine.rollback(run.id);
    expect(await (await world.engine.run(run.id))?.outcome()).toMatchObject({ state: 'ROLLED_BACK' });
    const trees = (await world.look()).trees;
    expect(Object.keys(trees[1] ?? {})).toEqual(expect.arrayContaining(Object.keys(begun.trees[1] ?? {})));
    expect(trees[2]).toEqual(begun.trees[2]);
  });
});

describe('an observer of another zone on the host', { timeout: 60_000 }, () => {
  it('is no work that was begun: each task that meets it says so, and the run does not take it for its own', async () => {
    const world = await setup();
    const { tasks } = await world.inspect();
    for (const name of ['Install rpm', 'Make dir for ob', 'Start observer process with param']) {
      for (const text of stepsOf({ tasks, problems: [] }, `host:1/${name}`).filter(
        (step) => !step.includes('sha256'),
      )) {
        await world.onHost(1, sh`sh -c ${text.replace("'-z' 'zone2'", "'-z' 'zone1'")}`);
      }
    }
    const inspection = await world.inspect();
    const kinds = Object.fromEntries(inspection.tasks.map(({ key, finding }) => [key, finding.kind]));
    expect(kinds).toMatchObject({
      'host:1/Pre check for install OB': 'unknown',
      'host:1/Install rpm': 'done',
      'host:1/Make dir for ob': 'unknown',
      'host:1/Start observer process with param': 'unknown',
    });
    expect(inspection.problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['OBSERVER_RUNNING', 'DIRECTORIES_NOT_CLEAN', 'OBSERVER_FOREIGN']),
    );
  });
});

describe('everything that would stop a run', { timeout: 60_000 }, () => {
  it('is listed at once, of all hosts: what is missing, who is out of reach, what may not be done, and the claim that another run holds', async () => {
    const world = await setup({
      servers: 2,
      faults: [
        { hostId: 1, kind: 'port-taken' },
        { hostId: 1, kind: 'few-open-files' },
        { hostId: 2, kind: 'ssh-refused' },
        { cluster: true, kind: 'db-few-rights' },
      ],
    });
    const holder = await world.engine.start(holdingWorkflow, {});
    const { problems, tasks } = await world.inspect();
    expect(problems.map(({ code }) => code).toSorted()).toEqual([
      ...['CLAIM_HELD', 'DB_PRIVILEGE_MISSING', 'LIMIT_TOO_LOW', 'PORT_TAKEN', 'SSH_REFUSED'],
    ]);
    expect(problems.find(({ code }) => code === 'CLAIM_HELD')?.message).toContain(`run ${holder.id}`);
    const unreachable = problems.find(({ code }) => code === 'SSH_REFUSED');
    const ofHost2 = tasks.filter(
      ({ key, finding }) => /^host:2\/(?!Add observer)/.test(key) && finding.kind === 'unknown',
    );
    expect(unreachable?.tasks).toEqual(ofHost2.map(({ number }) => number));
    expect(ofHost2.length).toBeGreaterThan(3);
    await world.engine.cancel(holder.id);
    await holder.outcome();
    expect((await world.inspect()).problems.map(({ code }) => code)).not.toContain('CLAIM_HELD');
  });
});

const holdingWorkflow = defineWorkflow({
  name: 'Hold',
  version: '1',
  input: z.object({}),
  claims: () => ['cluster:1'],
  declare(flow) {
    flow.task('Waits', {
      run: ({ signal }) =>
        new Promise<null>((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
    });
  },
});

function stepsOf({ tasks }: PlanInspection, key: string): readonly string[] {
  const finding = tasks.find((task) => task.key === key)?.finding;
  return finding?.kind === 'needed' ? (finding.steps ?? []).map(({ text }) => text) : [];
}

async function packagesOf({ inventory }: World): Promise<readonly [PackageRecord, ...PackageRecord[]]> {
  const [first, ...others] = await inventory(({ packages }) => packages.list());
  if (!first) throw new Error('a sandbox without a package');
  return [first, ...others];
}

async function changePackage(world: World, changes: Partial<PackageRecord>): Promise<void> {
  for (const row of await packagesOf(world))
    await world.inventory(({ packages }) => packages.put({ ...row, ...changes }));
}
