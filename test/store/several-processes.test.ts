import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/store/index.ts';
import { eventsOf, started, taskStarted } from '../contract/store/runs.ts';
import { appendUnderKills } from './killed-processes.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const timeoutMs = 60_000;

describe('several processes on one store file', () => {
  it('may make the file at once and draw different ids', { timeout: timeoutMs }, async () => {
    const file = join(directory(), 'new', 'store.db');
    const told = await Promise.all(Array.from({ length: 4 }, () => spawnStoreProcess(['open', file]).ended));
    expect(told.flat().toSorted()).toEqual(['1', '2', '3', '4']);
  });

  it('append to runs of their own at once, and a reader is never refused', { timeout: timeoutMs }, async () => {
    const file = join(directory(), 'two.db');
    const store = sqliteStore(file);
    const writers = [1, 2].map(() => spawnStoreProcess(['appendMany', file, '200']));
    let writing = writers.length;
    for (const { ended } of writers) void ended.then(() => writing--);
    let seen = 0;
    while (writing > 0) {
      const events = await eventsOf(store, 1);
      expect(events.length).toBeGreaterThanOrEqual(seen);
      seen = events.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const told = await Promise.all(writers.map(({ ended }) => ended));
    expect(told.flat().toSorted()).toEqual(['1', '2']);
    const expected = [started(), ...Array.from({ length: 200 }, (_, task) => taskStarted(task))];
    expect(await eventsOf(store, 1)).toEqual(expected);
    expect(await eventsOf(store, 2)).toEqual(expected);
    await store.close();
  });

  it('lose no acknowledged event when the writer is killed, again and again', { timeout: timeoutMs }, async () => {
    expect(await appendUnderKills(join(directory(), 'killed.db'), [1, 2, 5, 9, 20])).toBeGreaterThanOrEqual(20);
  });

  it(
    'stop writing after a failed write, keep reading, and keep what was acknowledged',
    { timeout: timeoutMs },
    async () => {
      const file = join(directory(), 'full.db');
      const told = await spawnStoreProcess(['fill', file], 600).ended;
      const acknowledged = told.filter((line) => /^\d+$/.test(line)).map(Number);
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(told.slice(acknowledged.length)).toEqual(['STORE_FAILED', 'STORE_FAILED', `read ${acknowledged.length}`]);
      const store = sqliteStore(file);
      const events = await eventsOf(store, 1);
      expect(events.length - 1).toBeGreaterThanOrEqual(acknowledged.length);
      expect(events.slice(1)).toEqual(Array.from({ length: events.length - 1 }, (_, index) => taskStarted(index + 1)));
      await store.close();
    },
  );
});
