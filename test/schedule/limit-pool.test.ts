import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LimitPool } from '../../src/schedule/index.ts';

describe('the size of a limit', () => {
  it('is that of its exact name, else of the longest pattern, else one', () => {
    const pool = new LimitPool({ '*': 9, 'host:*': 4, 'host:1*': 2, 'host:12': 7, rpm: Infinity });
    const size = (name: string): number => pool.size(pool.slotFor(name));
    expect(['host:12', 'host:13', 'host:2', 'rpm', 'sql'].map(size)).toEqual([7, 2, 4, Infinity, 9]);
    const plainPool = new LimitPool();
    expect(plainPool.size(plainPool.slotFor('host:1'))).toBe(1);
    const wide = new LimitPool({}, 3);
    expect(wide.size(wide.slotFor('host:1'))).toBe(3);
  });

  it('may be given to any name', () => {
    const pool = new LimitPool(JSON.parse('{"__proto__": 3, "constructor": 2}') as Record<string, number>);
    expect(pool.size(pool.slotFor('__proto__'))).toBe(3);
    expect(pool.size(pool.slotFor('constructor'))).toBe(2);
    expect(pool.size(pool.slotFor('toString'))).toBe(1);
  });

  it.each([0, -1, 1.5, NaN, -Infinity, 2 ** 53])('is refused when it is %d', (size) => {
    expect(() => new LimitPool({ good: 1, 'bad:*': size })).toThrow(
      expect.objectContaining({
        code: 'INVALID_LIMIT',
        problems: [expect.objectContaining({ code: 'INVALID_LIMIT' })],
      }),
    );
    expect(() => new LimitPool({}, size)).toThrow(expect.objectContaining({ code: 'INVALID_LIMIT' }));
  });
});

describe('a limit pool', () => {
  it('knows a name by one id, and each name of a list once', () => {
    const pool = new LimitPool();
    expect([pool.slotFor('a'), pool.slotFor('b'), pool.slotFor('a')]).toEqual([0, 1, 0]);
    expect([...pool.slotsFor(['c', 'b', 'c', 'a'])]).toEqual([0, 1, 2]);
    expect(pool.name(2)).toBe('c');
    expect(() => pool.size(3)).toThrow(expect.objectContaining({ code: 'UNKNOWN_LIMIT' }));
  });

  it('gives all limits or none', () => {
    const pool = new LimitPool({ a: 2 });
    const [a, both] = [pool.slotsFor(['a']), pool.slotsFor(['a', 'b'])];
    expect(pool.tryAcquire(both)).toBe(true);
    expect(pool.tryAcquire(both)).toBe(false);
    expect(pool.inUse(0)).toBe(1);
    expect(pool.tryAcquire(a)).toBe(true);
    expect(pool.tryAcquire(a)).toBe(false);
    pool.release(both);
    expect([pool.inUse(0), pool.inUse(1)]).toEqual([1, 0]);
  });

  it('refuses to take back what is not held, and then changes nothing', () => {
    const pool = new LimitPool();
    const a = pool.slotsFor(['a']);
    pool.tryAcquire(a);
    expect(() => pool.release(pool.slotsFor(['a', 'b']))).toThrow(expect.objectContaining({ code: 'LIMIT_NOT_HELD' }));
    expect(pool.inUse(0)).toBe(1);
    pool.release(a);
    expect(() => pool.release(a)).toThrow(expect.objectContaining({ code: 'LIMIT_NOT_HELD' }));
  });

  it('refuses a limit that is named twice, which could never be held', () => {
    const pool = new LimitPool();
    const id = pool.slotFor('a');
    expect(() => pool.tryAcquire(Int32Array.of(id, id))).toThrow(expect.objectContaining({ code: 'INVALID_LIMIT' }));
    expect(pool.inUse(id)).toBe(0);
  });

  it('tells of room only when the limit was full, and no more after the unsubscribe', () => {
    const pool = new LimitPool({ a: 2 });
    const a = pool.slotsFor(['a']);
    const listener = vi.fn();
    const unsubscribe = pool.onRoom(pool.slotFor('a'), listener);
    pool.tryAcquire(a);
    pool.release(a);
    expect(listener).not.toHaveBeenCalled();
    pool.tryAcquire(a);
    pool.tryAcquire(a);
    pool.release(a);
    pool.release(a);
    expect(listener.mock.calls).toEqual([[0]]);
    unsubscribe();
    unsubscribe();
    pool.tryAcquire(a);
    pool.tryAcquire(a);
    pool.release(a);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('lets listeners take turns, and tells nobody of room that is gone', () => {
    const pool = new LimitPool();
    const a = pool.slotsFor(['a']);
    const taken: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      pool.onRoom(pool.slotFor('a'), () => {
        expect(pool.tryAcquire(a)).toBe(true);
        taken.push(name);
      });
    }
    pool.tryAcquire(a);
    for (let round = 0; round < 4; round += 1) pool.release(a);
    expect(taken).toEqual(['first', 'second', 'third', 'first']);
  });

  it('copies ids and sizes but not what is in use', () => {
    const pool = new LimitPool({ 'host:*': 4 });
    pool.tryAcquire(pool.slotsFor(['rpm', 'host:1']));
    const copy = pool.emptyCopy();
    expect(copy.slotFor('host:1')).toBe(pool.slotFor('host:1'));
    expect([copy.inUse(0), copy.inUse(1), copy.size(1), copy.size(copy.slotFor('host:2'))]).toEqual([0, 0, 4, 4]);
    copy.tryAcquire(copy.slotsFor(['host:1']));
    expect(pool.inUse(1)).toBe(1);
  });

  it('never holds more than its sizes, whatever is asked', () => {
    const names: ('a' | 'b' | 'c')[] = ['a', 'b', 'c'];
    const step = fc.record({ limits: fc.subarray(names, { minLength: 1 }), release: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const sizes = { a: 1, b: 2, c: 3 };
        const pool = new LimitPool(sizes);
        const held: (typeof names)[] = [];
        const heldOf = (name: string): number => held.flat().filter((other) => other === name).length;
        for (const { limits, release } of steps) {
          if (release) {
            const given = held.pop();
            if (given) pool.release(pool.slotsFor(given));
          } else {
            const fits = limits.every((name) => heldOf(name) < sizes[name]);
            expect(pool.tryAcquire(pool.slotsFor(limits))).toBe(fits);
            if (fits) held.push(limits);
          }
          for (const name of names) expect(pool.inUse(pool.slotFor(name))).toBe(heldOf(name));
        }
      }),
    );
  });
});
