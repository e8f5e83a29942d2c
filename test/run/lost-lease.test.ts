import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { LeaseLostError, memoryStore, type OwnerListener, type Store, type StoreOwner } from '../../src/store/index.ts';
import { drawnWorkflow } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';

/** A store whose first owner can be taken for dead by others, who have not taken any of its runs yet. */
function storeWithMortalOwner(): { readonly store: Store; readonly condemn: () => void } {
  const store = memoryStore();
  const join = store.join.bind(store);
  const condemned = new Set<StoreOwner>();
  let first: StoreOwner | undefined;
  store.join = (listener?: OwnerListener): StoreOwner => {
    const owner = join(listener);
    const prove = owner.prove.bind(owner);
    owner.prove = async () => {
      if (condemned.has(owner)) throw new LeaseLostError();
      await prove();
    };
    first ??= owner;
    return owner;
  };
  return { store, condemn: () => first && condemned.add(first) };
}

describe('an engine that was taken for dead', () => {
  it('leaves a task that finds it out as it is, for whoever takes the run up', async () => {
    const { store, condemn } = storeWithMortalOwner();
    const { workflow, tasks } = drawnWorkflow({ a: [] });
    const engine = createEngine({ store });
    const run = await engine.start(workflow, {});
    const outcome = run.outcome().catch((error: unknown) => error);
    const attempt = await tasks.a.nextAttempt();
    condemn();
    const found: unknown = await attempt.context.throwIfFenced().catch((error: unknown) => error);
    await attempt.fail(found);
    expect(found).toMatchObject({ code: 'LEASE_LOST' });
    expect(await outcome).toMatchObject({ code: 'LEASE_LOST' });
    expect((await store.readRun(1))?.events.map(({ type }) => type)).toEqual(['run-started', 'task-started']);
  });

  it.each(['finds it out in a body', 'starts another run'] as const)(
    'lets all its runs be as soon as it %s, and no body of them acts any more',
    async (how) => {
      const { store, condemn } = storeWithMortalOwner();
      const { workflow, tasks } = drawnWorkflow({ a: [] });
      const engine = createEngine({ store });
      const first = await engine.start(workflow, {});
      const second = await engine.start(workflow, {});
      const outcomes = Promise.allSettled([first.outcome(), second.outcome()]);
      const [one, other] = [await tasks.a.nextAttempt(), await tasks.a.nextAttempt()];
      condemn();
      if (how === 'starts another run') await engine.start(workflow, {});
      else await one.context.throwIfFenced().catch(() => undefined);
      expect([one.isAborted, other.isAborted]).toEqual([true, true]);
      await expect(other.context.throwIfFenced()).rejects.toMatchObject({ code: 'LEASE_LOST' });
      const lost = { status: 'rejected', reason: { code: 'LEASE_LOST' } };
      expect(await outcomes).toMatchObject([lost, lost]);
      await one.yield();
      await other.yield();
      if (how === 'starts another run') await tasks.a.nextAttempt().succeed();
      await quiet();
      const states = (await store.listRuns()).map(({ state }) => state);
      expect(states).toEqual(how === 'starts another run' ? ['SUCCESS', 'RUNNING', 'RUNNING'] : ['RUNNING', 'RUNNING']);
    },
  );
});
