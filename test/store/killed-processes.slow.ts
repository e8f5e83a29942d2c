import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkStoreFile } from '../../src/store/index.ts';
import { appendUnderKills, pruneUnderKills } from './killed-processes.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const timeoutMs = 180_000;
const kills = Array.from({ length: 20 }, (_, index) => index + 1);

it(
  'a store whose writer is killed twenty times over has all that was acknowledged',
  { timeout: timeoutMs },
  async () => {
    const file = join(directory(), 'appended.db');
    await appendUnderKills(file, kills);
    expect(checkStoreFile(file).runs).toBeGreaterThan(0);
  },
);

it(
  'a store that is pruned by processes that are killed twenty times over has whole runs only',
  { timeout: timeoutMs },
  async () => {
    const file = join(directory(), 'pruned.db');
    await pruneUnderKills(file, { runs: 1_200, kills });
    expect(checkStoreFile(file).problems).toEqual([]);
  },
);
