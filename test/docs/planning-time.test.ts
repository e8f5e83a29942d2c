import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, printedBy, printedByPrecede, programsOf, sessionsOf } from './examples.ts';

const markdown = await readFile(join(import.meta.dirname, '../../docs/planning-time.md'), 'utf8');
const examples = examplesOf(markdown);
const sessions = sessionsOf(markdown);
const [workflow] = programsOf(markdown);

/** What was measured differs from run to run, and so do the widths of its columns. */
function timeless(text: string): string {
  return text.replaceAll(/\d+(?:\.\d)? m?s/g, 'TIME').replaceAll(/ +/g, ' ');
}

describe('docs/planning-time.md', { timeout: 60_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'precede-planning-')));
    await writeFile(join(folder, 'backup.ts'), workflow?.program ?? '');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('prints what it says of concurrencies, and of what an earlier run took', async () => {
    const [compared, observed] = sessions;
    const printed = (command = '') => printedByPrecede(command.split(' ').slice(1), folder);
    expect(await printed(compared?.command)).toEqual({ status: 0, text: compared?.printed });
    expect(markdown).toContain('precede run ./backup.ts --store runs.db');
    expect((await printed('precede run ./backup.ts --store runs.db')).status).toBe(0);
    const { status, text } = await printed(observed?.command);
    expect({ status, text: timeless(text) }).toEqual({ status: 0, text: timeless(observed?.printed ?? '') });
    expect(sessions).toHaveLength(2);
  });

  it.each(examples)('prints what it says: $heading', async ({ program, printed }) => {
    expect(await printedBy(program)).toEqual({ status: 0, text: printed });
  });
});
