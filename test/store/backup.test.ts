import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupStoreFile, checkStoreFile, sqliteStore, StoreUnreadableError } from '../../src/store/index.ts';
import { eventsOf, rejection, started, taskStarted } from '../contract/store/runs.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';
import { settledEvents, soundRun } from './sound-run.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();

describe('a backup of a store', { timeout: 60_000 }, () => {
  it('is a store with the same runs, for its owner alone', async () => {
    const file = join(directory(), 'one.db');
    const store = sqliteStore(file);
    await store.createRun(soundRun());
    await store.append({ fence: 1, runId: 1, events: settledEvents(), state: 'SUCCESS', claims: 'release' });
    const to = join(directory(), 'one-copy.db');
    expect(backupStoreFile(file, to)).toMatchObject({ file: to, runs: 1, events: 6, problems: [] });
    expect((statSync(to).mode & 0o777).toString(8)).toBe('600');
    const copy = sqliteStore(to);
    expect(await copy.readRun(1)).toEqual(await store.readRun(1));
    expect((await copy.createRun(soundRun())).header.id).toBe(2);
    await Promise.all([store.close(), copy.close()]);
  });

  it('is of one instant while another process writes', async () => {
    const file = join(directory(), 'busy.db');
    const writer = spawnStoreProcess(['appendSound', file]);
    const counts: number[] = [];
    for await (const line of writer.lines) {
      if (Number(line) % 40 !== 0) continue;
      const to = join(directory(), `busy-${line}.db`);
      const { events, problems } = backupStoreFile(file, to);
      expect(problems).toEqual([]);
      counts.push(events);
      if (counts.length === 4) writer.child.kill('SIGKILL');
    }
    await writer.ended;
    expect(counts.length).toBeGreaterThanOrEqual(4);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  it('overwrites nothing, and leaves nothing when it cannot be made', async () => {
    const file = join(directory(), 'two.db');
    await sqliteStore(file).close();
    const to = join(directory(), 'taken.db');
    writeFileSync(to, 'mine');
    expect(() => backupStoreFile(file, to)).toThrow(/overwrites nothing/);
    expect(() => backupStoreFile(file, file)).toThrow(/overwrites nothing/);
    expect(() => backupStoreFile(file, join(directory(), 'no', 'where.db'))).toThrow(StoreUnreadableError);
    expect(() => backupStoreFile(join(directory(), 'none.db'), join(directory(), 'x.db'))).toThrow(/no such file/);
    expect(statSync(to).size).toBe(4);
    expect(existsSync(join(directory(), 'x.db'))).toBe(false);
    expect(readdirSync(dirname(to)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('is not kept when the store is damaged', async () => {
    const file = join(directory(), 'bad.db');
    const store = sqliteStore(file);
    await store.createRun(soundRun());
    // No journal of such a run can be replayed.
    await store.append({ fence: 1, runId: 1, events: [started()], state: 'RUNNING' });
    expect(
      (await rejection(Promise.resolve().then(() => backupStoreFile(file, `${file}.copy`)))) as Error,
    ).toMatchObject({ code: 'STORE_UNREADABLE' });
    expect(existsSync(`${file}.copy`)).toBe(false);
    expect(checkStoreFile(file).problems).toHaveLength(1);
    expect(await eventsOf(store, 1)).toEqual([started(), started()]);
    await store.append({ fence: 1, runId: 1, events: [taskStarted(0)], state: 'RUNNING' });
    await store.close();
  });
});
