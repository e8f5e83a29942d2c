import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { commandHere } from '../cli/support/command-here.ts';
import { sessionsOf } from './examples.ts';

const markdown = readFileSync(new URL('../../docs/users.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'precede-docs-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Times and what is drawn by chance are those of whoever tries it. */
function withoutOwnFacts(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/(?<=^Password, shown only now: )[a-km-np-z2-9]{24}$/gm, 'PASSWORD')
    .replaceAll(/(?<=^Secret key, shown only now: )[0-9a-f]{32}$/gm, 'SECRET')
    .replaceAll(/(?<=^|^Access key: )[A-Za-z0-9]{16}(?=$| {2}bob)/gm, 'KEY');
}

it('docs/users.md prints what its command lines say, one after the other', { timeout: 60_000 }, async () => {
  const sessions = sessionsOf(markdown);
  expect(sessions).toHaveLength(7);
  for (const { command, printed } of sessions) {
    const args = command.replace('runs.db', join(folder, 'runs.db')).split(' ').slice(1);
    const { stdout, stderr } = await commandHere(args);
    expect(withoutOwnFacts(stdout + stderr), command).toBe(withoutOwnFacts(printed));
  }
});
