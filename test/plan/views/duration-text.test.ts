import { expect, it } from 'vitest';
import { durationText } from '../../../src/plan/index.ts';

it.each([
  [0, '0 s'],
  [0.4, '0 s'],
  [1, '1 ms'],
  [999, '999 ms'],
  [999.6, '1 s'],
  [1_500, '1.5 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [125_000, '2 min 5 s'],
  [3_599_499, '59 min 59 s'],
  [3_599_500, '1 h'],
  [3_780_000, '1 h 3 min'],
  [86_370_000, '1 d'],
  [187_200_000, '2 d 4 h'],
])('%d ms are written as %s', (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});
