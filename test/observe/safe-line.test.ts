import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeLine } from '../../src/observe/safe-line.ts';
import { createScrubber } from '../../src/secrets/index.ts';

const line = (fields: object): string => JSON.stringify({ level: 30, time: 't', ...fields });

describe('safeLine', () => {
  it('leaves a line without secrets as it is', () => {
    expect(safeLine(line({ msg: 'a\n"b"' }), createScrubber(['hunter2']))).toBe(line({ msg: 'a\n"b"' }));
  });

  it('keeps JSON intact where a secret ends in what JSON escapes', () => {
    const scrubber = createScrubber(['pass\\', 'word"', '12345']);
    const safe = safeLine(line({ pid: 123456, msg: 'pass\\ "word""' }), scrubber);
    expect(JSON.parse(safe)).toEqual({ level: 30, time: 't', pid: '[secret]6', msg: '[secret] "[secret]' });
  });

  it('masks rather too much where only the JSON of a line shows a secret', () => {
    const safe = safeLine(line({ msg: 'pass"' }), createScrubber(['pass\\']));
    expect(JSON.parse(safe)).toEqual({ level: 30, time: 't', msg: '{"level":30,"time":"t","msg":"[secret]""}' });
  });

  it('turns a line into a message when a secret is found across its fields', () => {
    const safe = safeLine(line({ list: ['xa', 'b'], msg: 'm' }), createScrubber(['a","b']));
    expect(JSON.parse(safe)).toEqual({
      level: 30,
      time: 't',
      msg: '{"level":30,"time":"t","list":["x[secret]"],"msg":"m"}',
    });
  });

  it('escapes what a terminal acts on, and stays the same JSON', () => {
    const msg = 'a\u001b[31m\u009b2J\u202e\u2066\u2028\u200f\ufeff\u007fé😀';
    const safe = safeLine(line({ msg }), createScrubber());
    expect(safe).toMatch(/^[\x20-\x7eé😀]*$/u);
    expect(JSON.parse(safe)).toEqual({ level: 30, time: 't', msg });
  });

  it('shows no secret and stays one line of JSON, for random fields that hold one', () => {
    const value = fc
      .string({ unit: fc.constantFrom(...Array.from('ab{}[]":,\\nu00 é\n')), minLength: 4, maxLength: 8 })
      .filter((text) => !'"level":30,"time":"t","text":"msg"[secret]'.includes(text));
    fc.assert(
      fc.property(value, fc.string(), fc.jsonValue(), (secret, before, rest) => {
        const safe = safeLine(line({ text: before + secret, [secret]: [secret], rest }), createScrubber([secret]));
        expect(safe).not.toMatch(/[\n\r]/);
        const text = JSON.stringify(JSON.parse(safe));
        expect(text).toBeTypeOf('string');
        expect(safe).not.toContain(JSON.stringify(secret).slice(1, -1));
      }),
    );
  });
});
