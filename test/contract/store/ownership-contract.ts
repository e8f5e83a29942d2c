import { expect, it } from 'vitest';
import type { Store } from '../../../src/store/index.ts';
import { createdRun, eventsOf, started, taskStarted } from './runs.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const commit = { runId: 1, events: [taskStarted(0)], state: 'RUNNING' } as const;

/** Run 1, which one owner had and another has taken; the token of the first was 1. */
async function takenRun(store: Store) {
  const before = store.join();
  await createdRun(store, { owner: before, claims: ['cluster:1'] });
  await before.leave();
  const owner = store.join();
  const { run } = await store.takeRun(1, owner);
  return { owner, fence: run.fence };
}

export function ownershipContract(store: StoreUnderTest): void {
  it('gives whoever takes a run a token of its own, and takes nothing under the one before', async () => {
    const { fence } = await takenRun(store());
    expect(fence).toBe(2);
    for (const wrong of [1, 3]) {
      await expect(store().append({ ...commit, fence: wrong })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    }
    expect(await eventsOf(store(), 1)).toEqual([started()]);
    expect(await store().append({ ...commit, fence })).toBe(fence);
    expect(await eventsOf(store(), 1)).toEqual([started(), taskStarted(0)]);
  });

  it('lets nobody without the token touch claims or tables', async () => {
    const { fence } = await takenRun(store());
    let isCalled = false;
    const also = async (): Promise<void> => void (isCalled = true);
    const stale = { ...commit, fence: 1, claims: 'release', also } as const;
    await expect(store().append(stale)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(isCalled).toBe(false);
    await expect(createdRun(store(), { claims: ['cluster:1'] })).rejects.toMatchObject({ code: 'CLAIM_HELD' });
    await store().append({ ...stale, fence });
    expect(isCalled).toBe(true);
  });

  it('takes no event from somebody who does not know the latest, or knows more', async () => {
    const fence = 1;
    await createdRun(store());
    await store().append({ ...commit, fence, after: 1 });
    for (const after of [1, 3]) {
      await expect(store().append({ ...commit, fence, after })).rejects.toMatchObject({ code: 'JOURNAL_MOVED' });
    }
    expect(await eventsOf(store(), 1)).toHaveLength(2);
    await store().append({ ...commit, fence, after: 2 });
  });

  it('takes no run from an owner that is alive', async () => {
    const { owner } = await takenRun(store());
    await expect(store().takeRun(1, store().join())).rejects.toMatchObject({ code: 'RUN_HELD' });
    expect(await store().holderOf(1)).toMatchObject({ id: owner.id, isAlive: true });
    await store().letGo(1, owner);
    expect(await store().takeRun(1, store().join())).toMatchObject({ recoveries: 0, run: { fence: 3 } });
  });

  it('answers a wish in the commit that fulfils it, or not at all', async () => {
    const { fence } = await takenRun(store());
    const wishId = await store().ask(1, { action: 'pause' });
    const fulfilled = { ...commit, answer: { wishId, body: { tasks: [] } } };
    await expect(store().append({ ...fulfilled, fence: 1 })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await store().answerTo(wishId)).toBeUndefined();
    await store().append({ ...fulfilled, fence });
    expect(await store().answerTo(wishId)).toEqual({ tasks: [] });
    expect(await store().withdraw(wishId)).toBe(false);
  });
}
