import { createEngine, memoryStore, type Workflow } from 'precede';
import {
  inventoryOf,
  oceanbaseServices,
  registerSandbox,
  startSandbox,
  type Inventory,
  type SandboxVersion,
} from 'precede/oceanbase';
import { afterAll, describe, expect, it } from 'vitest';
import workflow from '../../../workflows/add-ob-server/index.ts';
import { worldSnapshot } from './world-snapshot.ts';

const cleanups: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, 30_000);

async function setup(obVersion: SandboxVersion) {
  const options = { servers: 1, memberZones: ['zone1', 'zone2'], startServiceDelayMs: 20, deleteServerDelayMs: 20 };
  const sandbox = await startSandbox({ ...options, obVersion });
  cleanups.push(() => sandbox.stop());
  const store = memoryStore();
  await store.transact((tables) => registerSandbox(tables, sandbox.access, Date.now()));
  const opened = oceanbaseServices({ store, pollIntervalMs: 20, activeTimeoutMs: 20_000 });
  cleanups.push(() => opened.close());
  const engine = createEngine({ store, services: opened.services });
  cleanups.push(() => engine.close());
  const inventory = <Result>(work: (known: Inventory) => Promise<Result>): Promise<Result> =>
    store.transact((tables) => work(inventoryOf(tables)));
  return { engine, look: () => worldSnapshot(sandbox.access, inventory) };
}

/** The workflow, in which the task at an index fails once: before its body has begun, or after it has done everything. */
function failingAt(index: number, when: 'before' | 'after'): Workflow<Input> {
  let isArmed = true;
  const fail = (): never => {
    isArmed = false;
    throw new Error('planted');
  };
  return {
    ...workflow,
    expand: (given) => {
      const declaration = workflow.expand(given);
      const tasks = declaration.tasks.map((task, at) => {
        if (at !== index) return task;
        const { check, run } = task.body;
        const body: typeof task.body = {
          ...task.body,
          run: async (context) => {
            if (isArmed && when === 'before') fail();
            const output = await run(context);
            return isArmed ? fail() : output;
          },
          // What is in place already is adopted, and its body never runs.
          ...(check && {
            check: async (context: Parameters<typeof check>[0]) => {
              const answer = await check(context);
              return isArmed && (when === 'before' || answer !== 'needed') ? fail() : answer;
            },
          }),
        };
        return { ...task, body };
      });
      return { ...declaration, tasks };
    },
  };
}

type Input = typeof workflow extends Workflow<infer Raw> ? Raw : never;

const input = { clusterId: 1, zoneName: 'zone2', servers: [1] };
const everyTask = Array.from({ length: 21 }, (_, index) => index);

describe('the rollback of a run', () => {
  it.concurrent.each([
    ['after', '4.3.5'],
    ['before', '2.2.75'],
  ] as const)(
    'brings back trees, processes, packages, server views and inventory, %s whichever of the 21 steps of %s it failed',
    async (when, obVersion) => {
      const { engine, look } = await setup(obVersion);
      const before = await look();
      for (const index of everyTask) {
        const run = await engine.start(failingAt(index, when), input);
        const { key } = run.plan.tasks[index] ?? {};
        expect(await run.outcome()).toMatchObject({ state: 'FAILED', failures: [{ task: key }] });
        await engine.rollback(run.id);
        const outcome = await (await engine.run(run.id))?.outcome();
        expect({ key, outcome }).toMatchObject({ key, outcome: { state: 'ROLLED_BACK' } });
        expect({ key, world: await look() }).toEqual({ key, world: before });
      }
    },
    180_000,
  );

  it('brings them back, too, when it had succeeded', async () => {
    const { engine, look } = await setup('4.3.5');
    const before = await look();
    const run = await engine.start(workflow, input);
    expect(await run.outcome()).toMatchObject({ state: 'SUCCESS' });
    expect(await look()).not.toEqual(before);
    await engine.rollback(run.id);
    expect(await (await engine.run(run.id))?.outcome()).toMatchObject({ state: 'ROLLED_BACK' });
    expect(await look()).toEqual(before);
  }, 60_000);
});
