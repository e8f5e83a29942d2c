import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { sqliteStore, StoreBusyError } from '../../src/store/index.ts';
import { createdRun, eventsOf, rejection, started, taskStarted } from '../contract/store/runs.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const commit = { fence: 1, runId: 1, events: [taskStarted(0)], state: 'RUNNING' } as const;

/** Another connection that has begun to write. */
function otherWriter(file: string): { end: () => void } {
  const database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  return {
    end: () => {
      database.exec('COMMIT');
      database.close();
    },
  };
}

describe('a commit that meets another writer', { timeout: 60_000 }, () => {
  it('waits for its end without blocking the process', async () => {
    const file = join(directory(), 'waits.db');
    const store = sqliteStore(file);
    await createdRun(store);
    const other = otherWriter(file);
    const order: string[] = [];
    const appended = store.append(commit).then(() => order.push('appended'));
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(await eventsOf(store, 1)).toEqual([started()]);
    }
    order.push('other ended');
    other.end();
    await appended;
    expect(order).toEqual(['other ended', 'appended']);
    await store.close();
  });

  it('is refused by name after its time, and may be made again', async () => {
    const file = join(directory(), 'busy.db');
    const store = sqliteStore(file, { busyMs: 50 });
    await createdRun(store);
    const other = otherWriter(file);
    const error = await rejection(store.transact(async () => undefined, 50));
    expect(error).toBeInstanceOf(StoreBusyError);
    expect(error).toMatchObject({ code: 'STORE_BUSY', details: { waitedMs: 50 } });
    other.end();
    await store.append(commit);
    expect(await eventsOf(store, 1)).toEqual([started(), taskStarted(0)]);
    await store.close();
  });

  it('keeps log lines for a later commit', async () => {
    const file = join(directory(), 'lines.db');
    const store = sqliteStore(file, { busyMs: 20 });
    await createdRun(store);
    const other = otherWriter(file);
    store.appendLog([{ runId: 1, task: 0, attempt: 1, atMs: 1, level: 'info', text: 'kept' }]);
    expect(await rejection(store.flush())).toBeInstanceOf(StoreBusyError);
    other.end();
    expect((await store.readLog({ runId: 1 })).map(({ text }) => text)).toEqual(['kept']);
    await store.close();
  });

  it('lets two stores of one process on one file take turns, though one waits within its transaction', async () => {
    const file = join(directory(), 'turns.db');
    const [one, other] = [sqliteStore(file), sqliteStore(file)];
    const order: string[] = [];
    let enter = (): void => undefined;
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const first = one.transact(async () => {
      enter();
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      order.push('first');
    });
    await entered;
    const second = other.transact(async () => void order.push('second'));
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    await Promise.all([one.close(), other.close()]);
  });
});
