import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, precede } from '../e2e/support/precede.ts';
import { crashToTheEnd } from './support/crash-series.ts';
import { sizeOf, throwDice } from './support/dice.ts';
import { effectsFile } from './support/effects-workflow.ts';
import { requireEffectsOnce } from './support/effect-lines.ts';
import { heldIn, readJournal } from './support/journal.ts';
import { Tally } from './support/tally.ts';

const workflow = fileURLToPath(new URL('./support/effects-workflow.ts', import.meta.url));
const dice = throwDice();
const tally = new Tally('crash-recoveries', dice);
const seriesCount = sizeOf('PRECEDE_SERIES', 15);
const deep = 5;
/** So much that there is work left for every one of the recoveries. */
const lanes = 10;
const timeoutMs = seriesCount * 60_000;

/** A directory with an input and the place of a store. */
function place(input: object) {
  const cwd = emptyDirectory();
  const storeFile = join(cwd, 'store.db');
  writeFileSync(join(cwd, 'input.json'), JSON.stringify({ directory: cwd, lanes, pauseMs: 30, ...input }));
  const common = ['--store', storeFile, '--concurrency', '2'];
  return {
    ...{ cwd, storeFile, file: effectsFile(cwd, 1) },
    run: ['run', workflow, '--input', 'input.json', ...common],
    rollback: ['rollback', '1', ...common],
    recover: ['recover', ...common],
  };
}

describe('a recovery that is killed itself, five deep', () => {
  it('goes on until the run has ended', { timeout: timeoutMs }, async () => {
    for (let series = 1; series <= Math.ceil((seriesCount * 2) / 3); series++) {
      await tally.count(1, async () => {
        const { cwd, storeFile, run, recover, file } = place({});
        const base = { cwd, storeFile, runId: 1, dice, recover };
        const { last, deaths } = await crashToTheEnd({ ...base, first: run, deathsMax: 1 + deep, changesMax: 4 });
        expect({ status: last.status, deaths }).toEqual({ status: 0, deaths: 1 + deep });
        expect((await readJournal(storeFile, 1))?.state).toBe('SUCCESS');
        requireEffectsOnce(file, lanes, { once: 'once', sent: 'send' });
        expect(heldIn(storeFile)).toEqual({ claims: 0, held: 0 });
      });
    }
  });

  it('goes on with a rollback until everything is undone once', { timeout: timeoutMs }, async () => {
    for (let series = 1; series <= Math.ceil(seriesCount / 3); series++) {
      await tally.count(1, async () => {
        const { cwd, storeFile, run, rollback, recover, file } = place({ fails: true });
        expect((await precede(run, { cwd })).status).toBe(1);
        const base = { cwd, storeFile, runId: 1, dice, recover };
        const { deaths } = await crashToTheEnd({ ...base, first: rollback, deathsMax: 1 + deep, changesMax: 2 });
        expect(deaths).toBe(1 + deep);
        expect((await readJournal(storeFile, 1))?.state).toBe('ROLLED_BACK');
        requireEffectsOnce(file, lanes, { once: 'undone', sent: 'unsend' });
        expect(heldIn(storeFile)).toEqual({ claims: 0, held: 0 });
      });
    }
  });
});
