import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../src/run/deadlines.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function waits() {
  const clock = new VirtualClock();
  return { clock, deadlines: new Deadlines(clock), called: [] as (number | string)[] };
}

describe('Deadlines', () => {
  it('call at 0 and below as soon as time is looked at', async () => {
    const { clock, deadlines, called } = waits();
    deadlines.after(0, () => called.push(0));
    deadlines.after(-1, () => called.push(-1));
    deadlines.after(-Infinity, () => called.push('long ago'));
    expect(called).toEqual([]);
    await clock.advance(0);
    expect(called).toEqual([0, -1, 'long ago']);
  });

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, Date.UTC(9999, 0)])('wait %i ms, not a moment less', async (delayMs) => {
    const { clock, deadlines, called } = waits();
    deadlines.after(delayMs, () => called.push(clock.monotonicMs()));
    await clock.advance(delayMs - 1);
    expect(called).toEqual([]);
    await clock.advance(1);
    expect(called).toEqual([delayMs]);
  });

  it('wait for ever for Infinity, and refuse what is no number', async () => {
    const { clock, deadlines, called } = waits();
    deadlines.after(Infinity, () => called.push('never'));
    deadlines.after(5, () => called.push(5));
    await clock.advance(2 ** 40);
    expect([called, clock.timers]).toEqual([[5], 0]);
    expect(() => deadlines.after(Number.NaN, () => {})).toThrow(RangeError);
  });

  it('are never early when the clock counts fractions of milliseconds', () => {
    let elapsedMs = 0.4;
    const delays: number[] = [];
    const fractional = new Deadlines({
      nowMs: () => 0,
      monotonicMs: () => elapsedMs,
      utcOffsetMinutes: () => 0,
      after: (delayMs) => {
        delays.push(delayMs);
        return () => {};
      },
    });
    fractional.after(10.2, () => {});
    elapsedMs = 0.9;
    expect(delays).toEqual([11]);
  });

  it('do not call what was cancelled, also by another one at the same time', async () => {
    const { clock, deadlines, called } = waits();
    const cancelSecond: (() => void)[] = [];
    deadlines.after(5, () => {
      called.push('first');
      for (const cancel of cancelSecond) cancel();
    });
    cancelSecond.push(deadlines.after(5, () => called.push('second')));
    const cancelThird = deadlines.after(3, () => called.push('third'));
    cancelThird();
    cancelThird();
    await clock.advance(10);
    expect(called).toEqual(['first']);
  });

  it('may set others while they call', async () => {
    const { clock, deadlines, called } = waits();
    deadlines.after(5, () => deadlines.after(5, () => called.push(clock.monotonicMs())));
    await clock.advance(10);
    expect(called).toEqual([10]);
  });

  it('hold one timer, and none when nothing waits', () => {
    const { clock, deadlines } = waits();
    const cancels = [30, 10, 20].map((ms) => deadlines.after(ms, () => {}));
    expect(clock.timers).toBe(1);
    for (const cancel of cancels) cancel();
    expect(clock.timers).toBe(0);
    deadlines.after(10, () => {});
    deadlines.clear();
    expect(clock.timers).toBe(0);
  });

  it('do not pile up when they are cancelled long before they are due', () => {
    const { deadlines } = waits();
    deadlines.after(1, () => {});
    for (let n = 0; n < 10_000; n++) deadlines.after(3_600_000 + n, () => {})();
    expect(deadlines.size).toBeLessThan(200);
  });

  it('call in order of time, then of setting, whatever is cancelled in between', async () => {
    const step = fc.record({ delayMs: fc.nat(20), isCancelled: fc.boolean(), passMs: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 300 }), async (steps) => {
        const { clock, deadlines, called } = waits();
        const expected: { atMs: number; n: number }[] = [];
        for (const [n, { delayMs, isCancelled, passMs }] of steps.entries()) {
          const cancel = deadlines.after(delayMs, () => called.push(n));
          if (isCancelled) cancel();
          else expected.push({ atMs: clock.monotonicMs() + delayMs, n });
          if (passMs > 0 && n % 50 === 0) await clock.advance(passMs);
        }
        await clock.advance(30);
        expect(called).toEqual(expected.sort((a, b) => a.atMs - b.atMs || a.n - b.n).map(({ n }) => n));
        expect(deadlines.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
