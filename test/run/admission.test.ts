import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors/index.ts';
import { createEngine } from '../../src/run/index.ts';
import { memoryStore, type Store } from '../../src/store/index.ts';
import type { Reopening, Settlement } from '../../src/workflow/index.ts';
import { CutOffError } from '../support/cut-off-error.ts';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { WatchedStore } from '../support/watched-store.ts';

const claim = 'cluster:1';

/** A workflow that claims a cluster and writes every hook's call into a table, as the inventory does. */
function claiming() {
  const settled: Settlement<unknown>[] = [];
  const reopened: Reopening<unknown>[] = [];
  const workflow = {
    claims: () => [claim],
    admit: async ({ tables, runId }) => {
      await tables.put('clusters', '1', { status: 'OPERATING', runId });
      return { context: { stringMap: { cluster: 'obc' }, listMap: {} }, subject: { id: 1 } };
    },
    settle: async (settlement) => {
      settled.push(settlement);
      await settlement.tables.put('clusters', '1', { status: settlement.state });
    },
    reopen: async (reopening) => {
      reopened.push(reopening);
      await reopening.tables.put('clusters', '1', { status: 'OPERATING' });
    },
  } satisfies Parameters<typeof drawnWorkflow>[1];
  return { workflow, settled, reopened };
}

function clusterIn(store: Store): Promise<unknown> {
  return store.transact((tables) => tables.get('clusters', '1'));
}

function rival() {
  return drawnWorkflow({ z: [] }, { name: 'Rival', claims: () => [claim] });
}

describe('admission', () => {
  it('is decided and written in the commit that creates the run', async () => {
    const { workflow } = claiming();
    const { run, store } = await setup({ a: [] }, { workflow });
    expect(await clusterIn(store)).toEqual({ status: 'OPERATING', runId: run.id });
    expect(run.header).toMatchObject({
      context: { stringMap: { cluster: 'obc' } },
      subject: { id: 1 },
      claims: [claim],
    });
  });

  it('that refuses has written nothing, claimed nothing and used no key', async () => {
    const store = memoryStore();
    const engine = createEngine({ store, clock: new VirtualClock() });
    const { workflow } = drawnWorkflow(
      { a: [] },
      {
        claims: () => [claim],
        admit: async ({ tables }) => {
          await tables.put('clusters', '1', { status: 'OPERATING' });
          throw new RefusedError('CLUSTER_BUSY', 'Cluster 1', [{ code: 'CLUSTER_BUSY', message: 'It is OPERATING.' }]);
        },
      },
    );
    await expect(engine.start(workflow, {}, { idempotencyKey: 'k' })).rejects.toMatchObject({ code: 'CLUSTER_BUSY' });
    expect([await clusterIn(store), await engine.runs()]).toEqual([undefined, []]);
    await expect(engine.start(rival().workflow, {}, { idempotencyKey: 'k' })).resolves.toMatchObject({
      state: 'RUNNING',
    });
  });

  it('names the run that holds a claim, and leaves that one alone', async () => {
    const first = await setup({ a: [] }, { workflow: claiming().workflow });
    await expect(first.engine.start(rival().workflow, {})).rejects.toMatchObject({
      code: 'CLAIM_HELD',
      message: expect.stringContaining(`run ${first.run.id}`),
    });
    expect(await first.engine.runs()).toHaveLength(1);
    await first.tasks.a.nextAttempt().succeed();
    await expect(first.run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });
});

type Claiming = ReturnType<typeof claiming>;
type Ending = (workflow: Claiming['workflow']) => ReturnType<typeof setup<'a' | 'b'>>;

const begin: Ending = (workflow) => setup({ a: { undo: () => {} }, b: ['a'] }, { workflow });

const endings: Readonly<Record<string, Ending>> = {
  SUCCESS: async (workflow) => {
    const stage = await begin(workflow);
    await stage.tasks.a.nextAttempt().succeed();
    await stage.tasks.b.nextAttempt().succeed();
    return stage;
  },
  FAILED: async (workflow) => {
    const stage = await begin(workflow);
    await stage.tasks.a.nextAttempt().fail();
    return stage;
  },
  CANCELLED: async (workflow) => {
    const stage = await begin(workflow);
    await stage.engine.cancel(stage.run.id);
    await (await stage.tasks.a.nextAttempt()).yield();
    return stage;
  },
  ROLLED_BACK: async (workflow) => {
    const stage = await begin(workflow);
    await stage.tasks.a.nextAttempt().fail();
    await stage.engine.rollback(stage.run.id);
    await quiet();
    return stage;
  },
  ROLLBACK_FAILED: async (workflow) => {
    const undo = (): never => {
      throw new Error('no');
    };
    const stage = await setup({ a: { undo }, b: ['a'] }, { workflow });
    await stage.tasks.a.nextAttempt().fail();
    await stage.engine.rollback(stage.run.id);
    await quiet();
    return stage;
  },
};

describe.each(Object.keys(endings))('a run that ends %s', (state) => {
  it('frees its claims and tells its workflow in the commit of its end', async () => {
    const { workflow, settled } = claiming();
    const stage = await (endings[state] ?? begin)(workflow);
    expect(stage.run.state).toBe(state);
    expect(settled.at(-1)).toMatchObject({ state, runId: stage.run.id, context: { stringMap: { cluster: 'obc' } } });
    expect(await clusterIn(stage.store)).toEqual({ status: state });
    expect((await stage.journal()).at(-1)).toMatchObject({ type: 'run-settled', state });
    await expect(stage.engine.start(rival().workflow, {})).resolves.toMatchObject({ state: 'RUNNING' });
  });
});

describe('taking a run up again', () => {
  it.each([
    ['RETRY', 'FAILED', (s: Awaited<ReturnType<Ending>>) => s.engine.retry(s.run.id)],
    ['SKIP', 'FAILED', (s: Awaited<ReturnType<Ending>>) => s.engine.skip(s.run.id, 'a')],
    ['RETRY', 'CANCELLED', (s: Awaited<ReturnType<Ending>>) => s.engine.retry(s.run.id)],
    ['ROLLBACK', 'ROLLBACK_FAILED', (s: Awaited<ReturnType<Ending>>) => s.engine.rollback(s.run.id)],
  ] as const)('by %s from %s takes the claims and tells the workflow', async (operation, state, act) => {
    const { workflow, reopened } = claiming();
    const stage = await (endings[state] ?? begin)(workflow);
    const before = reopened.length;
    const held = act(stage);
    await held;
    expect(reopened.slice(before).map((each) => each.operation)).toEqual([operation]);
    if (operation === 'ROLLBACK') return;
    expect(await clusterIn(stage.store)).toEqual({ status: 'OPERATING' });
    await expect(stage.engine.start(rival().workflow, {})).rejects.toMatchObject({ code: 'CLAIM_HELD' });
  });

  it('is refused, with nothing changed, while another run holds the claim', async () => {
    const { workflow, reopened } = claiming();
    const { engine, run, tasks, store, journal } = await setup({ a: [] }, { workflow });
    await tasks.a.nextAttempt().fail();
    const other = rival();
    const holder = await engine.start(other.workflow, {});
    const before = [await journal(), await clusterIn(store), run.state];
    for (const call of [engine.retry(run.id), engine.skip(run.id, 'a'), engine.rollback(run.id)])
      await expect(call).rejects.toMatchObject({
        code: 'CLAIM_HELD',
        message: expect.stringContaining(`run ${holder.id}`),
      });
    expect([await journal(), await clusterIn(store), run.state]).toEqual(before);
    expect([reopened, tasks.a.begun]).toEqual([[], 1]);
    await other.tasks.z.nextAttempt().succeed();
    await engine.retry(run.id);
    await quiet();
    expect(tasks.a.begun).toBe(2);
  });

  it('is refused by a workflow whose reopen refuses, with nothing changed', async () => {
    const { workflow } = claiming();
    const reopen = () => Promise.reject(new RefusedError('CLUSTER_GONE', 'Cluster 1', []));
    const { engine, run, tasks, journal } = await setup({ a: [] }, { workflow: { ...workflow, reopen } });
    await tasks.a.nextAttempt().fail();
    const before = await journal();
    await expect(engine.retry(run.id)).rejects.toMatchObject({ code: 'CLUSTER_GONE' });
    expect([await journal(), run.state]).toEqual([before, 'FAILED']);
    await expect(engine.start(rival().workflow, {})).resolves.toMatchObject({ state: 'RUNNING' });
  });

  it('is told once when two tasks are retried at once', async () => {
    const { workflow, reopened } = claiming();
    const { engine, run, tasks } = await setup({ a: [], b: [] }, { workflow });
    await tasks.a.nextAttempt().fail();
    await tasks.b.nextAttempt().fail();
    await Promise.all([engine.retry(run.id, 'a'), engine.retry(run.id, 'b')]);
    expect(reopened).toHaveLength(1);
  });

  it('while its end is being recorded happens after that end', async () => {
    const store = new WatchedStore();
    const { workflow, reopened } = claiming();
    const { engine, run, tasks } = await setup({ a: [] }, { workflow, store });
    store.hold(({ events }) => events.some(({ type }) => type === 'run-settled'));
    await tasks.a.nextAttempt().fail();
    const retried = engine.retry(run.id);
    await quiet();
    expect(run.state).toBe('RUNNING');
    store.release();
    await retried;
    expect(reopened.map(({ operation }) => operation)).toEqual(['RETRY']);
    await expect(engine.start(rival().workflow, {})).rejects.toMatchObject({ code: 'CLAIM_HELD' });
  });

  it('does not happen when a run that never ended goes on', async () => {
    const { workflow, reopened } = claiming();
    const { engine, run, tasks } = await setup({ a: [], b: [], c: [] }, { workflow });
    await tasks.a.nextAttempt().fail();
    await tasks.b.nextAttempt().fail(new CutOffError());
    await engine.retry(run.id, 'a');
    await engine.resolve(run.id, 'b', { as: 'failed' });
    await engine.skip(run.id, 'b');
    expect(reopened).toEqual([]);
  });
});
