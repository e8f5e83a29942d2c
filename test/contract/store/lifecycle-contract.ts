import { expect, it } from 'vitest';
import { StoreClosedError } from '../../../src/store/index.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { createdRun, newRun, rejection } from './runs.ts';

export function lifecycleContract(store: StoreUnderTest): void {
  it('flushes when there is nothing to flush', async () => {
    await store().flush();
    await store().flush();
  });

  it('flushes what was accepted before', async () => {
    const accepted = createdRun(store());
    await store().flush();
    expect(await store().readRun(1)).toBeDefined();
    await accepted;
  });

  it('commits what was accepted before close, and refuses what comes after', async () => {
    const accepted = createdRun(store());
    const closing = store().close();
    const late: Promise<unknown>[] = [
      store().createRun(newRun()),
      store().append({ fence: 1, runId: 1, events: [], state: 'RUNNING' }),
      store().readRun(1),
      store().listRuns(),
      store().runVersions(),
      store().view(() => undefined),
      store().readLog({ runId: 1 }),
      store().transact(async () => undefined),
      store().flush(),
    ];
    for (const call of late) expect(await rejection(call)).toBeInstanceOf(StoreClosedError);
    expect(() => store().appendLog([])).toThrow(StoreClosedError);
    expect(await accepted).toBe(1);
    await closing;
    await store().close();
    expect(await rejection(store().readRun(1))).toBeInstanceOf(StoreClosedError);
  });
}
