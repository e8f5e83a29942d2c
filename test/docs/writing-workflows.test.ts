import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, printedBy, printedByPrecede, programsOf, sessionsOf } from './examples.ts';

const markdown = await readFile(join(import.meta.dirname, '../../docs/writing-workflows.md'), 'utf8');
const examples = examplesOf(markdown);
const sessions = sessionsOf(markdown);
const finished = programsOf(markdown).find(({ program }) => program.startsWith('// my-workflow.ts\n'));

describe('docs/writing-workflows.md', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'precede-writing-')));
    await writeFile(join(folder, 'my-workflow.ts'), finished?.program ?? '');
    await writeFile(join(folder, 'pages.json'), '{ "pages": ["home"] }');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('shows the output of every program and command', () => {
    expect(markdown.match(/^```ts$/gm)).toHaveLength(examples.length + 1);
    expect(markdown.match(/^```sh$/gm)).toHaveLength(sessions.length);
    expect([...examples, ...sessions].every(({ printed }) => printed !== '')).toBe(true);
  });

  it.each(examples)(
    'prints what it says: $heading',
    async ({ program, printed }) => {
      expect(await printedBy(program)).toEqual({ status: 0, text: printed });
    },
    30_000,
  );

  // In the order of the document, in one folder, as a reader types them.
  it.each(sessions)(
    'prints what it says: $command',
    async ({ command, printed }) => {
      const { status, text } = await printedByPrecede(command.split(' ').slice(1), folder);
      expect({ status, text: timeless(text.replaceAll(folder, '/home/ada')) }).toEqual({
        status: 0,
        text: timeless(printed),
      });
    },
    30_000,
  );
});

/** Clock times and measured lengths differ from run to run; a plan's estimates do not, and stand in its table's middle. */
function timeless(text: string): string {
  return text
    .replaceAll(/^\d{2}:\d{2}:\d{2}\.\d{3}/gm, '12:00:00.000')
    .replaceAll(/(?<=^12:00:00\.000 .* {2})[\d.]+ m?s$/gm, '1 ms')
    .replaceAll(/(?<=after )[\d.]+ m?s(?=,)/g, '10 ms');
}
