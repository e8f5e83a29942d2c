import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emptyDirectory } from '../e2e/support/precede.ts';
import { throwDice } from './support/dice.ts';
import { readJournal, recordedTwice } from './support/journal.ts';
import { live } from './support/life.ts';
import { Tally } from './support/tally.ts';

const workflow = fileURLToPath(new URL('./support/effects-workflow.ts', import.meta.url));
const tally = new Tally('poison-run', throwDice());
const timeoutMs = 240_000;

/** Its task ends the process that runs it, every time. */
const poisonText = `
import { defineWorkflow } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Poison',
  version: '1',
  input: z.object({}),
  declare(flow) {
    flow.task('Drink', { repeatable: true, run: () => process.kill(process.pid, 'SIGKILL') });
  },
});
`;

describe('a run that ends its process every time', () => {
  it(
    'is put aside by the fourth recovery, which lives, and every other run of the store ends',
    { timeout: timeoutMs },
    async () => {
      await tally.count(1, async () => {
        const cwd = emptyDirectory();
        const storeFile = join(cwd, 'store.db');
        const inStore = ['--store', storeFile];
        writeFileSync(join(cwd, 'poison.ts'), poisonText);
        writeFileSync(join(cwd, 'input.json'), JSON.stringify({ directory: cwd, pauseMs: 200 }));
        const others = [1, 2, 3];
        for (let other = 1; other <= others.length; other++) {
          const death = { changes: 3, ends: 0, thenMs: 0 };
          expect((await live(['run', workflow, '--input', 'input.json', ...inStore], cwd, death)).isKilled).toBe(true);
        }
        const poison = others.length + 1;
        expect((await live(['run', './poison.ts', ...inStore], cwd)).isKilled).toBe(true);
        for (let recovery = 1; recovery <= 3; recovery++) {
          expect((await live(['recover', ...inStore], cwd)).isKilled).toBe(true);
        }
        const { status, stdout, stderr } = await live(['recover', ...inStore], cwd);
        expect(status).toBe(1);
        const documents = JSON.parse(stdout) as readonly { id: number; status: string }[];
        // They were not there alone when their process ended, and are not put aside for the company that they were in.
        for (const runId of others) {
          const journal = await readJournal(storeFile, runId);
          expect(journal?.state).toBe('SUCCESS');
          expect(recordedTwice(journal?.events ?? [])).toEqual([]);
        }
        expect(documents.find(({ id }) => id === poison)).toMatchObject({ status: 'RUNNING' });
        const aside = await readJournal(storeFile, poison);
        expect(aside?.state).toBe('PAUSED');
        expect(aside?.events.slice(-2)).toMatchObject([
          { type: 'task-outcome-unknown', error: { code: 'CRASH_LOOP' } },
          { type: 'run-paused', by: 'crash recovery' },
        ]);
        expect(stderr).toContain('error[CRASH_LOOP]: The process that ran it has ended 4 times in a row');
      });
    },
  );
});
