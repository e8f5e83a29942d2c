import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sqliteStore, type Store } from '../../src/store/index.ts';
import { createdRun, taskStarted } from '../contract/store/runs.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const leaseMs = 5_000;
let count = 0;
let nowMs = 1_000;
let stores: Store[] = [];

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  vi.restoreAllMocks();
});

/** Two stores on one file, as two processes have them; the first has run 1. No lease is renewed by itself. */
async function twoStores() {
  const file = join(directory(), `${++count}.db`);
  const [one, other] = [sqliteStore(file, { leaseMs }), sqliteStore(file, { leaseMs })];
  stores = [one, other];
  const owner = one.join();
  await createdRun(one, { owner });
  return { one, other, owner };
}

const progress = { type: 'task-succeeded', task: 0, output: null, atMs: 2 } as const;

describe('an owner of another process', { timeout: 60_000 }, () => {
  it('is alive until its lease is over, counted from when it was first seen', async () => {
    const { other } = await twoStores();
    nowMs += 10 * leaseMs;
    expect(await other.holderOf(1)).toMatchObject({ isAlive: true, certainInMs: leaseMs });
    nowMs += leaseMs - 1;
    expect(await other.holderOf(1)).toMatchObject({ isAlive: true, certainInMs: 1 });
    await expect(other.takeRun(1, other.join())).rejects.toMatchObject({ code: 'RUN_HELD' });
    nowMs += 1;
    expect(await other.holderOf(1)).toMatchObject({ isAlive: false });
    expect(await other.takeRun(1, other.join())).toMatchObject({ recoveries: 1, run: { fence: 2 } });
  });

  it('is alive for as long as it shows that', async () => {
    const { other, owner } = await twoStores();
    for (let beat = 0; beat < 4; beat++) {
      expect(await other.holderOf(1)).toMatchObject({ isAlive: true });
      // Its lease is over for itself first, and is renewed when it has to be proven.
      nowMs += leaseMs;
      await owner.prove();
    }
    expect(await other.holderOf(1)).toMatchObject({ isAlive: true, certainInMs: leaseMs });
  });

  it('finds out after a standstill that it was taken for dead, and records nothing more', async () => {
    const { one, other, owner } = await twoStores();
    await other.holderOf(1);
    nowMs += leaseMs;
    const { run } = await other.takeRun(1, other.join());
    const stale = { fence: 1, runId: 1, events: [taskStarted(0)], state: 'RUNNING' } as const;
    await expect(one.append(stale)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(owner.prove()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await other.append({ ...stale, fence: run.fence })).toBe(run.fence);
  });
});

it('recoveries are counted in a row: from the last end of a task on', { timeout: 60_000 }, async () => {
  const { one, other } = await twoStores();
  const taken = async (store: Store): Promise<{ recoveries: number; fence: number }> => {
    await store.holderOf(1);
    nowMs += leaseMs;
    const { recoveries, run } = await store.takeRun(1, store.join());
    return { recoveries, fence: run.fence };
  };
  expect(await taken(other)).toEqual({ recoveries: 1, fence: 2 });
  const second = await taken(one);
  expect(second).toEqual({ recoveries: 2, fence: 3 });
  await one.append({ fence: second.fence, runId: 1, events: [progress], state: 'RUNNING' });
  expect(await taken(other)).toEqual({ recoveries: 1, fence: 4 });
});
