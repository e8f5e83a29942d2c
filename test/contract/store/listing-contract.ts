import { expect, it } from 'vitest';
import type { StoreUnderTest } from './store-under-test.ts';
import { admittedAs, createdAtMs, createdRun, newRun, started, taskStarted } from './runs.ts';

export function listingContract(store: StoreUnderTest): void {
  it('gives undefined for a run that it does not have', async () => {
    expect(await store().readRun(1)).toBeUndefined();
  });

  it('lists headers and states, newest first', async () => {
    for (const workflow of ['a', 'b', 'a']) await createdRun(store(), { fields: { workflow } });
    await store().append({ fence: 1, runId: 1, events: [taskStarted(0, createdAtMs + 5)], state: 'FAILED' });
    const listed = await store().listRuns();
    expect(listed.map(({ header, state, updatedAtMs }) => [header.id, header.workflow, state, updatedAtMs])).toEqual([
      [3, 'a', 'RUNNING', createdAtMs],
      [2, 'b', 'RUNNING', createdAtMs],
      [1, 'a', 'FAILED', createdAtMs + 5],
    ]);
    for (const summary of listed) expect(Object.keys(summary).toSorted()).toEqual(['header', 'state', 'updatedAtMs']);
  });

  it('lists only runs of the state and the workflow that are asked for', async () => {
    for (const workflow of ['a', 'b', 'a', 'b']) await createdRun(store(), { fields: { workflow } });
    for (const runId of [1, 2]) await store().append({ fence: 1, runId, events: [], state: 'FAILED' });
    const idsOf = async (filter: Parameters<ReturnType<StoreUnderTest>['listRuns']>[0]) =>
      (await store().listRuns(filter)).map(({ header }) => header.id);
    expect(await idsOf({ state: 'FAILED' })).toEqual([2, 1]);
    expect(await idsOf({ state: 'RUNNING' })).toEqual([4, 3]);
    expect(await idsOf({ workflow: 'a' })).toEqual([3, 1]);
    expect(await idsOf({ workflow: 'b', state: 'FAILED' })).toEqual([2]);
    expect(await idsOf({ state: 'CANCELLED' })).toEqual([]);
    expect(await idsOf({ state: 'RUNNING', limit: 1 })).toEqual([4]);
    expect(await idsOf({ limit: 0 })).toEqual([]);
    expect(await idsOf({ limit: Number.POSITIVE_INFINITY })).toEqual([4, 3, 2, 1]);
  });

  it('lists a hundred runs when no limit is given', async () => {
    await Promise.all(Array.from({ length: 101 }, () => createdRun(store())));
    const listed = await store().listRuns();
    expect(listed).toHaveLength(100);
    expect(listed[0]?.header.id).toBe(101);
  });

  it('shows readers what is committed while a commit is being made, never a part of it', async () => {
    await createdRun(store());
    let openGate = (): void => undefined;
    const gate = new Promise<void>((resolve) => (openGate = resolve));
    let reportEntered = (): void => undefined;
    const entered = new Promise<void>((resolve) => (reportEntered = resolve));
    const creating = store().createRun(
      newRun({
        admit: async (ids) => {
          reportEntered();
          await gate;
          return admittedAs(ids);
        },
      }),
    );
    await entered;
    const appending = store().append({ fence: 1, runId: 1, events: [taskStarted(0)], state: 'PAUSED' });
    expect(await store().readRun(2)).toBeUndefined();
    expect(await store().listRuns()).toHaveLength(1);
    expect(await store().readRun(1)).toMatchObject({ events: [started()], state: 'RUNNING' });
    openGate();
    await Promise.all([creating, appending]);
    expect(await store().listRuns()).toHaveLength(2);
    expect(await store().readRun(1)).toMatchObject({ state: 'PAUSED' });
  });
}
