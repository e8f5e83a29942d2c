import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { duration } from '../../src/cli/duration-argument.ts';

describe('a length of time on the command line', () => {
  it.each([
    ['1ms', 1],
    ['250ms', 250],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1.5h', 5_400_000],
    ['0.5ms', 1],
  ])('%s is a number with its unit', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  it.each([
    ['30', 'It has no unit: ms, s, m, h and d are.'],
    ['2w', '"w" is not a unit: ms, s, m, h and d are.'],
    ['3M', '"M" is not a unit: ms, s, m, h and d are.'],
    ['3constructor', '"constructor" is not a unit'],
    ['1h30m', 'It is a number with its unit, such as 90s or 30m.'],
    ['-5m', 'It is a number with its unit'],
    ['', 'It is a number with its unit'],
    ['soon', 'It is a number with its unit'],
    ['1e3s', 'It is a number with its unit'],
    ['0m', 'It is more than 0 ms.'],
    ['0.0001ms', 'It is more than 0 ms.'],
  ])('%s is refused by name', (text, words) => {
    expect(() => duration(text)).toThrow(words);
    expect(() => duration(text)).toThrow(InvalidArgumentError);
  });
});
