import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { latestRuns, sqliteStore, StoreUnreadableError, type Store } from '../../src/store/index.ts';
import { newRun } from '../contract/store/runs.ts';
import { settledEvents } from './sound-run.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();

/** Makes a run of each workflow, in this order. */
async function made(store: Store, ...workflows: readonly string[]): Promise<void> {
  for (const workflow of workflows) {
    const { header } = await store.createRun(newRun({ fields: { workflow } }));
    await store.append({ runId: header.id, fence: 1, events: settledEvents(), state: 'SUCCESS' });
  }
}

function idsIn(file: string, workflow: string, runsMax = 9): readonly number[] {
  return Array.from(latestRuns(file, { workflow, runsMax }), ({ header }) => header.id);
}

describe('the latest runs of a store file', () => {
  it('are those of one workflow, the newest first, with their journals, and no more than asked for', async () => {
    const file = join(directory(), 'runs.db');
    const store = sqliteStore(file);
    await made(store, 'a', 'b', 'a', 'a', 'c');
    await store.close();
    const before = readFileSync(file);
    expect(idsIn(file, 'a')).toEqual([4, 3, 1]);
    expect(idsIn(file, 'a', 2)).toEqual([4, 3]);
    expect(idsIn(file, 'none')).toEqual([]);
    const [run] = latestRuns(file, { workflow: 'c', runsMax: 1 });
    expect(run?.events.slice(-5)).toEqual(settledEvents());
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('are read while the store is used, what is in its log alone included, and nothing is written', async () => {
    const file = join(directory(), 'live.db');
    const store = sqliteStore(file);
    await made(store, 'a', 'a');
    const content = () => [file, `${file}-wal`].map((name) => readFileSync(name).toString('base64'));
    const before = content();
    for (const { header } of latestRuns(file, { workflow: 'a', runsMax: 9 })) {
      expect(header.id).toBe(2);
      break;
    }
    expect(idsIn(file, 'a')).toEqual([2, 1]);
    expect(content()).toEqual(before);
    await made(store, 'a');
    expect(idsIn(file, 'a')).toEqual([3, 2, 1]);
    await store.close();
  });

  it('are none in a file that is about to become a store', () => {
    const file = join(directory(), 'empty.db');
    writeFileSync(file, '');
    expect(idsIn(file, 'a')).toEqual([]);
    expect(readFileSync(file)).toHaveLength(0);
  });

  it('are refused where there is no store, or one that would have to be brought to this version', () => {
    const folder = directory();
    const old = join(folder, 'old.db');
    const bytes = gunzipSync(readFileSync(join(import.meta.dirname, 'golden/v1.db.gz')));
    writeFileSync(old, bytes);
    writeFileSync(
      join(folder, 'text.db'),
      'a text that is long enough to be taken for anything but a database of SQLite',
    );
    for (const [name, reason] of [
      ['old.db', /older version/],
      ['text.db', /not a store/],
      ['none.db', /no such file/],
      ['.', /directory/],
    ] as const) {
      const read = (): unknown => idsIn(join(folder, name), 'a');
      expect(read).toThrow(StoreUnreadableError);
      expect(read).toThrow(reason);
    }
    expect(readFileSync(old).equals(bytes)).toBe(true);
  });
});
