import { describe, expect, it } from 'vitest';
import { paintedWith, plain } from '../../../src/cli/views/paint.ts';
import { lineOf } from '../../../src/cli/views/spans.ts';
import { textTable } from '../../../src/cli/views/text-table.ts';

describe('a line of spans', () => {
  const spans = [{ text: 'abc', tone: 'good' }, { text: 'defgh' }, { text: '  ' }] as const;

  it('is cut where the terminal ends, inside of a span or between two', () => {
    expect(lineOf(spans, 8, plain)).toBe('abcdefgh');
    expect(lineOf(spans, 7, plain)).toBe('abcdef…');
    expect(lineOf(spans, 4, plain)).toBe('abc…');
    expect(lineOf(spans, 3, plain)).toBe('ab…');
    expect(lineOf(spans, 1, plain)).toBe('…');
  });

  it('counts wide characters twice and colours not at all', () => {
    expect(lineOf([{ text: '数据库' }], 5, plain)).toBe('数据…');
    expect(lineOf(spans, 4, paintedWith(true))).toBe('\u001b[32mabc\u001b[39m…');
  });
});

describe('a table', () => {
  it('is as wide as what stands in it', () => {
    expect(
      textTable(
        ['RUN', 'STATE'],
        [
          ['1', 'SUCCESS'],
          ['12', '数'],
        ],
      ),
    ).toEqual(['RUN  STATE', '1    SUCCESS', '12   数']);
  });
});
