import { join } from 'node:path';
import { expect, it } from 'vitest';
import { appendUnderKills, pruneUnderKills } from './killed-processes.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const timeoutMs = 180_000;
const kills = Array.from({ length: 20 }, (_, index) => index + 1);

it(
  'a writer that is killed twenty times over loses nothing that was acknowledged',
  { timeout: timeoutMs },
  async () => {
    expect(await appendUnderKills(join(directory(), 'appended.db'), kills)).toBeGreaterThanOrEqual(kills.length);
  },
);

it('a pruner that is killed twenty times over leaves whole runs only', { timeout: timeoutMs }, async () => {
  const left = await pruneUnderKills(join(directory(), 'pruned.db'), { runs: 1_200, kills });
  expect(left).toBeGreaterThanOrEqual(1_200 - 20 * 50);
});
