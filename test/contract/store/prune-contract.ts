import { expect, it } from 'vitest';
import type { RunState } from '../../../src/state/index.ts';
import { UnknownRunError } from '../../../src/store/index.ts';
import { createdAtMs, createdRun, eventsOf, newRun, rejection, taskStarted } from './runs.ts';
import type { StoreUnderTest } from './store-under-test.ts';

export function pruneContract(store: StoreUnderTest): void {
  /** Runs from 1, each in its state since so many milliseconds after the first. */
  const runsIn = async (states: readonly RunState[]): Promise<void> => {
    for (const [index, state] of states.entries()) {
      const runId = await createdRun(store());
      const events = [taskStarted(0, createdAtMs + index)];
      await store().append({ fence: 1, runId, events, state });
    }
  };
  const left = async () => (await store().listRuns()).map(({ header }) => header.id);
  const prunedBy = async (request: Parameters<ReturnType<StoreUnderTest>['prune']>[0]) =>
    (await store().prune(request)).map(({ id }) => id);

  it('removes runs that are over, the oldest first, and never open ones', async () => {
    await runsIn(['SUCCESS', 'RUNNING', 'FAILED', 'PAUSED', 'ROLLING_BACK', 'ROLLED_BACK', 'CANCELLED']);
    const pruned = await store().prune({});
    expect(pruned.map(({ id }) => id)).toEqual([1, 3, 6, 7]);
    expect(pruned[1]).toEqual({
      ...{ id: 3, workflow: 'Add OB server', state: 'FAILED', updatedAtMs: createdAtMs + 2, eventCount: 2 },
    });
    expect(await left()).toEqual([5, 4, 2]);
    expect(await prunedBy({ states: ['RUNNING'] })).toEqual([]);
  });

  it('removes those that every condition holds for', async () => {
    await runsIn(['SUCCESS', 'FAILED', 'SUCCESS', 'SUCCESS', 'FAILED', 'SUCCESS']);
    expect(await prunedBy({ beforeMs: createdAtMs + 3, dryRun: true })).toEqual([1, 2, 3]);
    expect(await prunedBy({ keep: 4, dryRun: true })).toEqual([1, 2]);
    expect(await prunedBy({ keep: 5, beforeMs: createdAtMs + 3, dryRun: true })).toEqual([1]);
    expect(await prunedBy({ states: ['FAILED'], keep: 1, dryRun: true })).toEqual([2]);
    expect(await left()).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await prunedBy({ states: ['SUCCESS'], keep: 1, beforeMs: createdAtMs + 3 })).toEqual([1, 3]);
    expect(await left()).toEqual([6, 5, 4, 2]);
  });

  it('leaves nothing of a run: its key makes a new one, and its ids are never given out again', async () => {
    const request = newRun({ taskCount: 3, claims: ['host:1'], idempotency: { key: 'k', request: 'r' } });
    await store().createRun(request);
    store().appendLog([{ runId: 1, task: 0, attempt: 1, atMs: 1, level: 'info', text: 'gone' }]);
    await store().flush();
    const wish = await store().ask(1, { kind: 'pause' });
    await store().append({ fence: 1, runId: 1, events: [], state: 'SUCCESS', claims: 'release' });
    expect(await prunedBy({})).toEqual([1]);
    expect([await store().readRun(1), await store().readLog({ runId: 1 }), await eventsOf(store(), 1)]).toEqual([
      ...[undefined, [], []],
    ]);
    expect(await store().withdraw(wish)).toBe(false);
    const { header, isExisting } = await store().createRun(request);
    expect([header.id, header.firstTaskId, isExisting]).toEqual([2, 100_004, false]);
    expect(await rejection(store().append({ fence: 1, runId: 1, events: [], state: 'FAILED' }))).toBeInstanceOf(
      UnknownRunError,
    );
  });

  it('leaves other runs as they were', async () => {
    await runsIn(['RUNNING', 'SUCCESS', 'PAUSED']);
    store().appendLog([{ runId: 3, task: 0, attempt: 1, atMs: 1, level: 'info', text: 'stays' }]);
    const before = [await store().readRun(1), await store().readRun(3)];
    await store().prune({});
    expect([await store().readRun(1), await store().readRun(3)]).toEqual(before);
    expect(await store().readLog({ runId: 3 })).toHaveLength(1);
    await store().append({ fence: 1, runId: 3, events: [taskStarted(1)], state: 'RUNNING' });
    expect(await eventsOf(store(), 3)).toHaveLength(3);
  });

  it('takes several commits, between which others are made', async () => {
    await Promise.all(Array.from({ length: 251 }, () => createdRun(store())));
    const ids = await left();
    expect(ids).toHaveLength(100);
    await Promise.all(
      Array.from({ length: 250 }, (_, index) =>
        store().append({ fence: 1, runId: index + 1, events: [], state: 'SUCCESS' }),
      ),
    );
    const pruning = store().prune({});
    await store().append({ fence: 1, runId: 251, events: [taskStarted(0)], state: 'RUNNING' });
    expect(await pruning).toHaveLength(250);
    expect(await left()).toEqual([251]);
  });
}
