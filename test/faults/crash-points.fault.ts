import { createEngine, toTaskInfo, type Engine, type Run, type Workflow } from 'precede';
import {
  inventoryOf,
  oceanbaseServices,
  registerSandbox,
  startSandbox,
  type Inventory,
  type Sandbox,
} from 'precede/oceanbase';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import workflow from '../../workflows/add-ob-server/index.ts';
import {
  CrashingStore,
  type CrashingCall,
  type CrashMoment,
  type CrashPlan,
  type CrashPoint,
  type StoreProcess,
} from '../support/crashing-store.ts';
import { worldSnapshot, type WorldSnapshot } from '../workflows/add-ob-server/world-snapshot.ts';
import { tellFigures } from './support/figures.ts';
import { mortalServices } from './support/mortal-services.ts';

type Input = typeof workflow extends Workflow<infer Raw> ? Raw : never;

const input = { clusterId: 1, zoneName: 'zone2' };
const timeoutMs = 1_800_000;
let pointCount = 0;
let crashCount = 0;
let failedCount = 0;

const cleanups: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  tellFigures({
    name: 'crash points of Add OB server',
    passed: pointCount,
    failed: failedCount,
    details: `${crashCount} crashes`,
  });
}, 60_000);

/** The workflow, whose last task always fails: so the run can be rolled back, and the next one begin where it began. */
const failingAtTheEnd: Workflow<Input> = {
  ...workflow,
  expand: (given) => {
    const declaration = workflow.expand(given);
    const last = declaration.tasks.length - 1;
    const fail = (): never => {
      throw new Error('planted');
    };
    const tasks = declaration.tasks.map((task, at) =>
      at === last ? { ...task, body: { ...task.body, check: () => 'needed' as const, run: fail } } : task,
    );
    return { ...declaration, tasks };
  },
};

/** A process of the orchestrator: its store, its connections, its engine. */
interface Orchestrator {
  readonly process: StoreProcess;
  readonly engine: Engine;
}

class Stage {
  readonly #world = new CrashingStore();
  readonly #sandbox: Sandbox;
  readonly #workflow: Workflow<Input>;

  constructor(sandbox: Sandbox, used: Workflow<Input>) {
    this.#sandbox = sandbox;
    this.#workflow = used;
  }

  static async open(used: Workflow<Input>, hosts = 1): Promise<Stage> {
    const options = { servers: hosts, memberZones: ['zone1', 'zone2'], startServiceDelayMs: 5, deleteServerDelayMs: 5 };
    const sandbox = await startSandbox(options);
    cleanups.push(() => sandbox.stop());
    const stage = new Stage(sandbox, used);
    await stage.#world.process().store.transact((tables) => registerSandbox(tables, sandbox.access, Date.now()));
    return stage;
  }

  look(): Promise<WorldSnapshot> {
    const { store } = this.#world.process();
    return worldSnapshot(this.#sandbox.access, <Result>(work: (known: Inventory) => Promise<Result>) =>
      store.transact((tables) => work(inventoryOf(tables))),
    );
  }

  begin(plan: CrashPlan): Orchestrator {
    const process = this.#world.process();
    process.crashAt = plan;
    const { store } = process;
    const opened = oceanbaseServices({ store, pollIntervalMs: 10, activeTimeoutMs: 20_000 });
    // The kernel closes what a process that has ended had open.
    void process.ended.then(() => opened.close());
    cleanups.push(() => opened.close());
    const services = mortalServices(opened.services, process);
    return { process, engine: createEngine({ store, services, workflows: [this.#workflow], recover: false }) };
  }

  /** How often a statement was received that begins so. */
  sentStatements(beginning: string): number {
    const lines = readFileSync(this.#sandbox.access.sqlLog, 'utf8').split('\n');
    return lines.filter((line) => line.includes('"received"') && line.includes(`"${beginning}`)).length;
  }

  start({ engine }: Orchestrator, hostId: number): Promise<Run> {
    return engine.start(this.#workflow, { ...input, servers: [hostId] });
  }

  async journal(runId: number) {
    return (await this.#world.process().store.readRun(runId))?.events ?? [];
  }
}

/** What is to be the same whether or not there was a crash. */
interface Told {
  readonly ends: readonly unknown[];
  readonly journal: readonly string[];
  readonly world: WorldSnapshot;
  readonly statements: readonly number[];
}

/** Carries a run to its end, and rolls it back when it is FAILED; whenever the process ends another one takes over. */
async function carried(
  stage: Stage,
  planOf: (isFirst: boolean) => CrashPlan,
  hostId = 1,
): Promise<Told & { readonly crashes: number }> {
  const added = stage.sentStatements('ALTER SYSTEM ADD');
  const deleted = stage.sentStatements('ALTER SYSTEM DELETE');
  let current = stage.begin(planOf(true));
  let crashes = 0;
  const { id } = await stage.start(current, hostId);
  const ends = new Map<string, unknown>();
  for (;;) {
    const run = await Promise.race([current.engine.run(id), current.process.ended]);
    const state = await Promise.race([run?.outcome().then((outcome) => outcome.state), current.process.ended]);
    if (current.process.hasEnded) {
      crashes += 1;
      current = stage.begin(planOf(false));
      await Promise.race([current.engine.recover(), current.process.ended]);
      continue;
    }
    if (run && state) ends.set(state, untimed(toTaskInfo(run)));
    if (state !== 'FAILED') break;
    await Promise.race([current.engine.rollback(id), current.process.ended]);
  }
  await current.engine.close();
  return {
    crashes,
    ends: [...ends],
    journal: (await stage.journal(id))
      .map((event) => ('task' in event ? `${event.type} ${event.task}` : event.type))
      .toSorted(),
    world: await stage.look(),
    statements: [
      stage.sentStatements('ALTER SYSTEM ADD') - added,
      stage.sentStatements('ALTER SYSTEM DELETE') - deleted,
    ],
  };
}

/** Ids and times aside. */
function untimed(info: unknown): unknown {
  return JSON.parse(
    JSON.stringify(info, (name, value: unknown) =>
      /[tT]ime$/.test(name) || name === 'id' || name === 'upstreams' || name === 'downstreams' || name === 'context'
        ? undefined
        : value,
    ),
  ) as unknown;
}

/** Every point at which an undisturbed run could have been cut off, and those at which one was. */
class Coverage {
  readonly #open = new Map<string, CrashPoint>();
  readonly #call: CrashingCall;
  readonly #moment: CrashMoment;

  constructor(call: CrashingCall, moment: CrashMoment) {
    this.#call = call;
    this.#moment = moment;
  }

  get left(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Notes the points of a run that is not disturbed. */
  readonly note: CrashPlan = (point) => {
    if (point.call === this.#call) this.#open.set(point.about, point);
    return undefined;
  };

  /**
   * For one process: it ends at the first point that is still open, though not before one of its tasks has come to an
   * end, so that its run does get on.
   */
  next(isFirst: boolean): CrashPlan {
    let getsOn = isFirst;
    return (point) => {
      getsOn ||= point.call === 'append' && /task-(succeeded|failed|rolled-back)/.test(point.about);
      if (!getsOn || point.call !== this.#call || !this.#open.delete(point.about)) return undefined;
      return this.#moment;
    };
  }
}

/** Of a run and its rollback hardly more points than this can be hit in one go, so this many goes are ample. */
const goesMax = 30;

describe('a run of Add OB server and its rollback', () => {
  it.each([
    ['append', 'before'],
    ['append', 'after'],
    ['tables', 'after'],
    ['remote', 'after'],
  ] as const)(
    'end the same when the process ends at every %s, %s it',
    async (call, moment) => {
      const stage = await Stage.open(failingAtTheEnd);
      const before = await stage.look();
      const coverage = new Coverage(call, moment);
      const { crashes: none, ...expected } = await carried(stage, () => coverage.note);
      expect([none, expected.world, expected.statements]).toEqual([0, before, [1, 1]]);
      const points = coverage.left.length;
      failedCount += points;
      for (let go = 1; coverage.left.length > 0 && go <= goesMax; go++) {
        const { crashes, ...told } = await carried(stage, (isFirst) => coverage.next(isFirst));
        expect(told).toEqual(expected);
        crashCount += crashes;
      }
      expect(coverage.left).toEqual([]);
      pointCount += points;
      failedCount -= points;
    },
    timeoutMs,
  );

  it.each(['before', 'after'] as const)(
    'ends SUCCESS the same when it is not disturbed and when the process ends %s every append',
    async (moment) => {
      const stage = await Stage.open(workflow, 2);
      const coverage = new Coverage('append', moment);
      const undisturbed = await carried(stage, () => coverage.note);
      expect(undisturbed.ends).toMatchObject([['SUCCESS', { status: 'SUCCESS' }]]);
      const points = coverage.left.length;
      failedCount += points;
      const disturbed = await carried(stage, (isFirst) => coverage.next(isFirst), 2);
      expect({ ...disturbed, crashes: 0, world: 0 }).toEqual({ ...undisturbed, world: 0 });
      // One go does not hit a start right after a crash: the run has to get on in between.
      expect(disturbed.crashes).toBeGreaterThan(20);
      pointCount += disturbed.crashes;
      failedCount -= disturbed.crashes + coverage.left.length;
    },
    timeoutMs,
  );
});
