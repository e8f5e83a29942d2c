import { expect, it } from 'vitest';
import type { StoreUnderTest } from './store-under-test.ts';
import { createdAtMs, createdRun, taskStarted } from './runs.ts';

export function versionsContract(store: StoreUnderTest): void {
  const idsOf = async (ids?: readonly number[]): Promise<readonly number[]> =>
    (await store().runVersions(ids && { ids })).map(({ runId }) => runId);

  it('says how far each run is, ascending by id', async () => {
    for (let made = 0; made < 3; made++) await createdRun(store());
    const events = [taskStarted(0, createdAtMs + 5), taskStarted(1, createdAtMs + 6)];
    await store().append({ fence: 1, runId: 2, events, state: 'PAUSED' });
    expect(await store().runVersions()).toEqual([
      { runId: 1, state: 'RUNNING', updatedAtMs: createdAtMs, eventCount: 1 },
      { runId: 2, state: 'PAUSED', updatedAtMs: createdAtMs + 6, eventCount: 3 },
      { runId: 3, state: 'RUNNING', updatedAtMs: createdAtMs, eventCount: 1 },
    ]);
  });

  it('says it of the runs that are asked for, each once, and of none that is not there', async () => {
    expect(await idsOf()).toEqual([]);
    for (let made = 0; made < 4; made++) await createdRun(store());
    expect(await idsOf([4, 2, 4, 9, -1, 1.5, NaN, Infinity])).toEqual([2, 4]);
    expect(await idsOf([])).toEqual([]);
    expect(await idsOf(Array.from({ length: 40_000 }, (_, index) => index + 3))).toEqual([3, 4]);
  });

  it('leaves out a run that was pruned', async () => {
    for (let made = 0; made < 2; made++) await createdRun(store());
    await store().append({ fence: 1, runId: 1, events: [], state: 'FAILED', claims: 'release' });
    await store().prune({});
    expect(await idsOf()).toEqual([2]);
  });

  it('is a look that listRuns takes at the same runs: of some ids, with the other conditions', async () => {
    for (const workflow of ['a', 'b', 'a', 'b']) await createdRun(store(), { fields: { workflow } });
    await store().append({ fence: 1, runId: 3, events: [], state: 'FAILED' });
    const listed = async (filter: Parameters<ReturnType<StoreUnderTest>['listRuns']>[0]) =>
      (await store().listRuns(filter)).map(({ header }) => header.id);
    expect(await listed({ ids: [1, 3, 4, 9] })).toEqual([4, 3, 1]);
    expect(await listed({ ids: [1, 3, 4], workflow: 'a' })).toEqual([3, 1]);
    expect(await listed({ ids: [1, 3, 4], workflow: 'a', state: 'RUNNING' })).toEqual([1]);
    expect(await listed({ ids: [1, 3, 4], limit: 2 })).toEqual([4, 3]);
    expect(await listed({ ids: [] })).toEqual([]);
  });

  it('has no limit of its own, as listRuns has none for the ids that it is given', async () => {
    await Promise.all(Array.from({ length: 120 }, () => createdRun(store())));
    expect(await idsOf()).toHaveLength(120);
    const ids = Array.from({ length: 110 }, (_, index) => index + 1);
    expect(await store().listRuns({ ids })).toHaveLength(110);
  });
}
