import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanLines } from '../../../src/cli/views/clean-text.ts';
import { paintedWith, plain } from '../../../src/cli/views/paint.ts';
import { lineOf } from '../../../src/cli/views/spans.ts';
import { textTable } from '../../../src/cli/views/text-table.ts';

describe('text from outside', () => {
  it.each([
    { text: 'red \u001b[31mred\u001b[0m', shown: 'red red' },
    { text: 'title \u001b]0;owned\u0007 end', shown: 'title  end' },
    { text: 'link \u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\', shown: 'link here' },
    { text: 'one\r\ntwo\nthree\tfour', shown: 'one two three four' },
    { text: 'over\rwritten\bbell\u0007', shown: 'overwrittenbell' },
    { text: 'turned \u202eback\u2066 and \u2028split', shown: 'turned back and split' },
    { text: '\u009b31mC1', shown: 'C1' },
    { text: 'Grüße, 数据库 🚀', shown: 'Grüße, 数据库 🚀' },
  ])('is shown, never obeyed: $shown', ({ text, shown }) => {
    expect(cleanLine(text)).toBe(shown);
  });

  it('never holds a control character afterwards, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanLine(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('stays in its lines when it has several', () => {
    expect(cleanLines('a\u001b[1m\r\nb\n')).toEqual(['a', 'b', '']);
  });
});

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
