import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sqliteStore, type StoreHealth } from '../../src/store/index.ts';
import { createdRun, eventsOf, rejection, started } from '../contract/store/runs.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();

afterEach(() => {
  vi.restoreAllMocks();
});

/** A store whose file may not grow for as long as `isFull`: what SQLite says then is what it says of a full disk. */
async function cramped(name: string) {
  const file = join(directory(), name);
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
  const store = sqliteStore(file);
  // The writer is the last to be set up.
  const writer = exec.mock.contexts.at(-1) as DatabaseSync;
  exec.mockRestore();
  await createdRun(store);
  const pagesMax = (count: number): void => writer.exec(`PRAGMA max_page_count = ${count}`);
  return { file, store, fill: () => pagesMax(1), makeRoom: () => pagesMax(1_000_000) };
}

/** More than fits into what is left of the pages that there are. */
const output = 'x'.repeat(20_000);
const succeeded = { type: 'task-succeeded', task: 0, output, atMs: 1 } as const;
const commit = { fence: 1, runId: 1, events: [succeeded], state: 'RUNNING' } as const;

describe('a store that finds no space', { timeout: 60_000 }, () => {
  it('keeps an outcome waiting, and beside the store, until there is some', async () => {
    const { file, store, fill, makeRoom } = await cramped('waits.db');
    const kept = `${file}.unrecorded-${process.pid}.jsonl`;
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const healths: StoreHealth['state'][] = [];
    const isStuck = new Promise<void>((resolve) => {
      const onHealth = ({ state }: StoreHealth): void => {
        healths.push(state);
        resolve();
      };
      store.join({ onHealth });
    });
    fill();
    let isTold = false;
    const appended = store.append(commit).finally(() => (isTold = true));
    await Promise.race([isStuck, appended]);
    expect([isTold, await eventsOf(store, 1), existsSync(kept)]).toEqual([false, [started()], true]);
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({ runId: 1, fence: 1, events: [succeeded] });
    makeRoom();
    await appended;
    expect(await eventsOf(store, 1)).toEqual([started(), succeeded]);
    expect([healths, existsSync(kept)]).toEqual([['waiting', 'well'], false]);
    await store.close();
  });

  it('tells whoever can be told at once', async () => {
    const { store, fill, makeRoom } = await cramped('refuses.db');
    fill();
    const put = (): Promise<void> => store.transact((tables) => tables.put('t', 'k', { output }), 0);
    expect(await rejection(put())).toMatchObject({ code: 'STORE_FULL' });
    makeRoom();
    await put();
    await store.close();
  });
});
