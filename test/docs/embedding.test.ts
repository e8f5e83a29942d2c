import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesOf, printedBy } from './examples.ts';

const markdown = await readFile(join(import.meta.dirname, '../../docs/embedding.md'), 'utf8');
const examples = examplesOf(markdown);

describe('docs/embedding.md', () => {
  it('shows the output of every program', () => {
    expect(markdown.match(/^```ts$/gm)).toHaveLength(examples.length);
    expect(examples.every(({ printed }) => printed !== '')).toBe(true);
  });

  it.each(examples)(
    'prints what it says: $heading',
    async ({ program, printed }) => {
      expect(await printedBy(program)).toEqual({ status: 0, text: printed });
    },
    30_000,
  );
});
