import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanLines } from '../../src/text/index.ts';

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
