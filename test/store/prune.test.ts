import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { checkStoreFile, giveBackSpace, sqliteStore } from '../../src/store/index.ts';
import { createdRun, newRun } from '../contract/store/runs.ts';
import { settledEvents, soundRun } from './sound-run.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const timeoutMs = 120_000;

/** A store with ended runs that have logs and keys, closed. */
async function fullStore(name: string, runs: number): Promise<string> {
  const file = join(directory(), name);
  const store = sqliteStore(file);
  const text = 'x'.repeat(1_000);
  for (let run = 1; run <= runs; run++) {
    const { id: runId } = (await store.createRun(soundRun({ idempotency: { key: `key ${run}`, request: 'r' } })))
      .header;
    const lines = Array.from({ length: 20 }, (_, atMs) => ({ runId, task: 0, attempt: 1, atMs, level: 'info', text }));
    store.appendLog(lines as never);
    await store.append({ fence: 1, runId, events: settledEvents(), state: 'SUCCESS', claims: 'release' });
  }
  await store.close();
  return file;
}

describe('a pruned store', { timeout: timeoutMs }, () => {
  it('gives its space back, and no number again', async () => {
    const file = await fullStore('space.db', 100);
    const { size } = statSync(file);
    const store = sqliteStore(file);
    expect(await store.prune({ keep: 10 })).toHaveLength(90);
    await store.close();
    const after = giveBackSpace(file, { rewrite: false });
    expect(after.freeBytes).toBe(0);
    expect(after.bytes).toBeLessThan(size / 4);
    expect(checkStoreFile(file)).toMatchObject({ runs: 10, problems: [] });
    const again = sqliteStore(file);
    expect(await createdRun(again)).toBe(101);
    await again.close();
  });

  it('of a file that cannot be cut has free space, until it is written anew', async () => {
    const file = await fullStore('old.db', 100);
    const database = new DatabaseSync(file);
    database.exec('PRAGMA auto_vacuum = NONE; VACUUM');
    database.close();
    const store = sqliteStore(file);
    await store.prune({});
    await store.close();
    const kept = giveBackSpace(file, { rewrite: false });
    expect(kept.freeBytes).toBeGreaterThan(kept.bytes / 2);
    const given = giveBackSpace(file, { rewrite: true });
    expect([given.freeBytes, given.bytes < kept.bytes / 2]).toEqual([0, true]);
    expect(checkStoreFile(file).problems).toEqual([]);
  });

  it('has whole runs only, wherever the process that prunes is killed, and no key answers for a run that is gone', async () => {
    const file = await fullStore('killed.db', 600);
    for (const kill of [1, 3, 6, 12, 20]) {
      const pruner = spawnStoreProcess(['prune', file, String(600 - kill * 25)]);
      for await (const line of pruner.lines) {
        if (line !== 'begun') continue;
        setTimeout(() => pruner.child.kill('SIGKILL'), kill * 4);
      }
      await pruner.ended;
      const { runs, problems } = checkStoreFile(file);
      expect(problems).toEqual([]);
      expect(runs).toBeGreaterThanOrEqual(600 - kill * 25);
    }
    const store = sqliteStore(file);
    const left = new Set((await store.listRuns({ limit: Infinity })).map(({ header }) => header.id));
    expect(left.size).toBeLessThan(600);
    for (const run of [1, 2, 300, 600]) {
      const request = newRun({ idempotency: { key: `key ${run}`, request: 'r' } });
      const { header, isExisting } = await store.createRun(request);
      expect([isExisting, header.id === run]).toEqual([left.has(run), left.has(run)]);
    }
    await store.close();
  });
});
