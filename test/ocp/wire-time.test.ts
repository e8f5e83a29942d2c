import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWireTime, wireTime, wireTimeInSeconds } from '../../src/ocp/wire-time.ts';

const second = Date.UTC(2021, 2, 2, 3, 6, 34);

describe('wireTime', () => {
  it.each<[number, number, string]>([
    [345, 480, '2021-03-02T11:06:34.345+08:00'],
    [740, 480, '2021-03-02T11:06:34.74+08:00'],
    [500, 480, '2021-03-02T11:06:34.5+08:00'],
    [50, 480, '2021-03-02T11:06:34.05+08:00'],
    [0, 480, '2021-03-02T11:06:34+08:00'],
    [1, 0, '2021-03-02T03:06:34.001Z'],
    [0, -210, '2021-03-01T23:36:34-03:30'],
  ])('writes %i ms at an offset of %i minutes as Java does', (ms, utcOffsetMinutes, expected) => {
    expect(wireTime({ atMs: second + ms, utcOffsetMinutes })).toBe(expected);
  });

  it('leaves the fraction out of times of creation', () => {
    expect(wireTimeInSeconds({ atMs: second + 999, utcOffsetMinutes: 480 })).toBe('2021-03-02T11:06:34+08:00');
  });
});

describe('readWireTime', () => {
  it('reads back what was written, at any offset', () => {
    const atMs = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(9999, 0, 1) });
    fc.assert(
      fc.property(atMs, fc.integer({ min: -18 * 60, max: 18 * 60 }), (at, utcOffsetMinutes) => {
        const time = { atMs: at, utcOffsetMinutes };
        expect(readWireTime(wireTime(time))).toEqual(time);
      }),
    );
  });

  it('reads UTC and microseconds', () => {
    expect(readWireTime('2021-03-02T03:06:34.123456Z')).toEqual({ atMs: second + 123, utcOffsetMinutes: 0 });
  });

  it.each([
    '',
    '2021-03-02',
    '2021-03-02T11:06:34',
    '2021-03-02 11:06:34+08:00',
    '2021-02-30T11:06:34Z',
    '2021-13-01T11:06:34Z',
    '2021-03-02T25:00:00Z',
    '2021-03-02T11:06:34+19:00',
    '2021-03-02T11:06:34+08:60',
    '2021-03-02T11:06:34.+08:00',
  ])('refuses "%s"', (text) => {
    expect(readWireTime(text)).toBeUndefined();
  });
});
