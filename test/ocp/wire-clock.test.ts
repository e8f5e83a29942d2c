import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireClock } from '../../src/ocp/wire-clock.ts';
import { wireTime, wireTimeInSeconds } from '../../src/ocp/wire-time.ts';

describe('a wire clock', () => {
  it('writes every millisecond of a minute as one time alone is written', () => {
    const clock = new WireClock(480);
    const wrong: number[] = [];
    for (let atMs = 1_614_654_300_000; atMs < 1_614_654_361_000; atMs += 1)
      if (clock.time(atMs) !== wireTime({ atMs, utcOffsetMinutes: 480 })) wrong.push(atMs);
    expect(wrong).toEqual([]);
  });

  it('does so for any times one after the other, also before 1970 and after 9999', () => {
    const times = fc.array(
      fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(within),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(times, fc.integer({ min: -18 * 60, max: 18 * 60 }), (all, utcOffsetMinutes) => {
        const clock = new WireClock(utcOffsetMinutes);
        for (const atMs of all) {
          expect(clock.time(atMs)).toBe(wireTime({ atMs, utcOffsetMinutes }));
          expect(clock.timeInSeconds(atMs)).toBe(wireTimeInSeconds({ atMs, utcOffsetMinutes }));
        }
      }),
    );
  });

  it('has nothing to write for no time', () => {
    expect([new WireClock(0).time(undefined), new WireClock(0).timeInSeconds(undefined)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

/** Within what a date can be, whatever the offset. */
function within(atMs: number): number {
  return atMs % 8e15;
}
