import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { checkStoreFile, giveBackSpace, sqliteStore } from '../../src/store/index.ts';
import { createdRun } from '../contract/store/runs.ts';
import { fullStore, pruneUnderKills } from './killed-processes.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const timeoutMs = 120_000;

describe('a pruned store', { timeout: timeoutMs }, () => {
  it('gives its space back, and no number again', async () => {
    const file = await fullStore(join(directory(), 'space.db'), 100);
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
    const file = await fullStore(join(directory(), 'old.db'), 100);
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
    const left = await pruneUnderKills(join(directory(), 'killed.db'), { runs: 600, kills: [1, 3, 6, 12, 20] });
    expect(left).toBeLessThan(600);
  });
});
