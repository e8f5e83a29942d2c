import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { printedByPrecede, sessionsOf } from './examples.ts';

const markdown = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'precede-docs-')));

afterAll(async () => {
  await printedByPrecede(['sandbox', 'down', '--dir', './sandbox'], folder);
  rmSync(folder, { recursive: true, force: true });
});

/** Times, lengths and places are those of whoever tries it. */
function withoutOwnFacts(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
    .replaceAll(/\b\d+(?:\.\d+)? (?:ms|s|min)\b(?: \d+ s)?/g, 'LENGTH')
    .replaceAll(/\/\S+?\/(?=sandbox\/)/g, 'FOLDER/')
    .replaceAll(/ {2,}/g, '  ')
    .trimEnd();
}

const runCommands = /^precede (?:run|retry|skip|rollback) (?!.*--dry-run)/;

it('docs/operating.md prints what its command lines say, one after the other', { timeout: 180_000 }, async () => {
  const sessions = sessionsOf(markdown);
  expect(sessions).toHaveLength(9);
  for (const { command, printed } of sessions) {
    const { text, status } = await printedByPrecede(command.replace('precede ', '').split(' '), folder);
    const lines = text.split('\n').map(withoutOwnFacts);
    const told = printed
      .split('\n')
      .filter((line) => line !== '…')
      .map(withoutOwnFacts);
    // Hosts work side by side: what is printed is there, in whatever order.
    expect(
      told.filter((line) => !lines.includes(line)),
      command,
    ).toEqual([]);
    const isEnd = runCommands.test(command) && !command.startsWith('precede rollback');
    expect(status, command).toBe(isEnd ? 1 : 0);
  }
});
