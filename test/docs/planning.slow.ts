import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { commandsOf, examplesOf, printedBy, printedByPrecede } from './examples.ts';

const markdown = readFileSync(new URL('../../docs/planning.md', import.meta.url), 'utf8');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'precede-docs-')));

afterAll(async () => {
  await printedByPrecede(['sandbox', 'down', '--dir', './sandbox'], folder);
  rmSync(folder, { recursive: true, force: true });
});

/** Places, addresses, the stand-in package and how long the run took are those of whoever tries it. */
function withoutOwnFacts(line: string): string {
  return line
    .replaceAll(/127\.\d+\.\d+\./g, 'NETWORK.')
    .replaceAll(/\/\S+?\/(?=sandbox\/)/g, 'FOLDER/')
    .replace(/SUCCESS after \S+ s,/, 'SUCCESS after LENGTH,')
    .replace(/\(\d+ bytes\), sha256 [0-9a-f]{64}/, '(SIZE), sha256 SUM');
}

/** What a command ends with that does not end with 0. */
const statusOf: readonly (readonly [RegExp, number])[] = [
  [/--fault /, 1],
  [/^precede run --plan plan\.json /, 2],
  [/^precede plan diff /, 1],
];

it('docs/planning.md prints what its command lines say, one after the other', { timeout: 180_000 }, async () => {
  const commands = commandsOf(markdown);
  expect(commands).toHaveLength(11);
  for (const { command, printed } of commands) {
    if (!command.startsWith('precede ')) {
      execFileSync('sh', ['-c', command], { cwd: folder, stdio: 'pipe' });
      continue;
    }
    const { text, status } = await printedByPrecede(command.replace('precede ', '').split(' '), folder);
    const lines = text.split('\n').map(withoutOwnFacts);
    const told = printed.split('\n').map(withoutOwnFacts);
    expect(
      told.filter((line) => line !== '…' && !lines.includes(line)),
      command,
    ).toEqual([]);
    expect(status, command).toBe(statusOf.find(([pattern]) => pattern.test(command))?.[1] ?? 0);
  }
});

it.each(examplesOf(markdown))('docs/planning.md prints what it says: $heading', async ({ program, printed }) => {
  expect(await printedBy(program)).toEqual({ status: 0, text: printed });
});
