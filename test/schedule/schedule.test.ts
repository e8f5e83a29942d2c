import { describe, expect, it, vi } from 'vitest';
import { reversed } from '../../src/graph/index.ts';
import { LimitPool, Schedule } from '../../src/schedule/index.ts';
import { chain, digraphOf, fanIn, fanOut, hangMs } from '../graph/graphs.ts';
import type { Drawing } from '../graph/graphs.ts';
import { plain, scheduleOf, succeed, takeAll } from './schedules.ts';
import type { Scene } from './schedules.ts';

/** Tasks without edges, each with its limits. */
function loose(limits: Scene['limits'], priority: Scene['priority'] = limits.map(() => 0)): Scene {
  return { drawing: { size: limits.length, edges: [] }, priority, limits };
}

const misuse = expect.objectContaining({ code: 'SCHEDULE_MISUSE' }) as unknown as Error;

describe('a schedule', () => {
  //  0 -> 1 -> 3,  0 -> 2 -> 3
  const diamond: Drawing = { size: 4, edges: [[0, 1], [0, 2], [1, 3], [2, 3]] }; // prettier-ignore

  it('starts a task once its last upstream is settled, and says which became ready', () => {
    const schedule = scheduleOf(plain(diamond), new LimitPool());
    expect(takeAll(schedule)).toEqual([0]);
    expect(succeed(schedule, 0)).toEqual([1, 2]);
    expect(takeAll(schedule)).toEqual([1, 2]);
    expect(succeed(schedule, 2)).toEqual([]);
    expect(schedule.upstreamsLeft(3)).toBe(1);
    expect(succeed(schedule, 1)).toEqual([3]);
    expect(takeAll(schedule)).toEqual([3]);
    expect([schedule.ready(), schedule.taken(), schedule.settled()]).toEqual([0, 1, 3]);
  });

  it('takes the highest priority first, among equals the smallest index', () => {
    const schedule = scheduleOf(loose([[], [], [], [], []], [1, 3, 2, 3, 1]), new LimitPool());
    expect(takeAll(schedule)).toEqual([1, 3, 2, 0, 4]);
  });

  it('starts where a run stopped', () => {
    const schedule = scheduleOf(plain(diamond), new LimitPool(), { settled: (task) => task === 0 || task === 2 });
    expect(schedule.settled()).toBe(2);
    expect(takeAll(schedule)).toEqual([1]);
    expect(succeed(schedule, 1)).toEqual([3]);
  });

  it('walks a graph backwards when it is reversed', () => {
    const pool = new LimitPool();
    const schedule = new Schedule({ graph: reversed(digraphOf(chain(3))), priority: new Float64Array(3), pool });
    const order: number[] = [];
    for (let task = schedule.take(); task !== -1; task = schedule.take()) {
      order.push(task);
      succeed(schedule, task);
    }
    expect(order).toEqual([2, 1, 0]);
  });

  it('offers a task again after its attempt ended, and not before', () => {
    const schedule = scheduleOf(plain(chain(2)), new LimitPool());
    expect(() => schedule.offer(0)).toThrow(misuse);
    expect(schedule.take()).toBe(0);
    expect(() => schedule.offer(0)).toThrow(misuse);
    schedule.release(0);
    expect(schedule.take()).toBe(-1);
    schedule.offer(0);
    expect(schedule.take()).toBe(0);
  });

  it('withdraws a task that waits for a start, and no other', () => {
    const schedule = scheduleOf(plain(chain(2)), new LimitPool());
    expect([schedule.withdraw(0), schedule.withdraw(0), schedule.withdraw(1)]).toEqual([true, false, false]);
    expect([schedule.ready(), schedule.take()]).toEqual([0, -1]);
    schedule.offer(0);
    expect(schedule.take()).toBe(0);
    expect(schedule.withdraw(0)).toBe(false);
  });

  it('settles what was never taken: skipped, resolved by hand, or already in place', () => {
    const schedule = scheduleOf(plain(chain(3)), new LimitPool());
    expect(schedule.settle(0)).toEqual([1]);
    schedule.withdraw(1);
    expect(schedule.settle(1)).toEqual([2]);
    expect(takeAll(schedule)).toEqual([2]);
  });

  it('does not queue a task that was settled before its upstreams', () => {
    const schedule = scheduleOf(plain(chain(3)), new LimitPool());
    expect(schedule.settle(1)).toEqual([2]);
    expect(schedule.settle(0)).toEqual([]);
    expect(takeAll(schedule)).toEqual([2]);
  });

  it('refuses calls that do not fit where the task stands', () => {
    const schedule = scheduleOf(plain(chain(2)), new LimitPool());
    expect(() => schedule.release(0)).toThrow(misuse);
    expect(() => schedule.settle(2)).toThrow(misuse);
    expect(() => schedule.withdraw(-1)).toThrow(misuse);
    schedule.take();
    expect(() => schedule.settle(0)).toThrow(misuse);
    succeed(schedule, 0);
    expect(() => schedule.settle(0)).toThrow(misuse);
    expect(() => schedule.offer(0)).toThrow(misuse);
    expect(() => schedule.release(0)).toThrow(misuse);
  });
});

describe('a schedule under limits', () => {
  it('passes over a task behind a full limit and comes back to it when there is room', () => {
    const schedule = scheduleOf(loose([['a'], ['a'], []], [3, 2, 1]), new LimitPool());
    expect(takeAll(schedule)).toEqual([0, 2]);
    expect([schedule.ready(), schedule.hasStartable()]).toEqual([1, false]);
    expect(schedule.blockedBy(1)).toBe('a');
    expect(schedule.holdersOf('a')).toEqual([0]);
    schedule.release(0);
    expect([schedule.hasStartable(), schedule.blockedBy(1)]).toEqual([true, undefined]);
    expect(schedule.take()).toBe(1);
  });

  it('holds a limit until the attempt has ended, and takes nothing while one of several is full', () => {
    const pool = new LimitPool();
    const schedule = scheduleOf(loose([['a'], ['a', 'b'], ['b']], [3, 2, 1]), pool);
    expect(takeAll(schedule)).toEqual([0, 2]);
    schedule.release(2);
    expect(schedule.take()).toBe(-1);
    expect(pool.inUse(pool.slotFor('b'))).toBe(0);
    schedule.release(0);
    expect(schedule.take()).toBe(1);
  });

  it('looks past the best waiter of a limit when that one meets another full limit', () => {
    //  0 holds a and 1 holds b; when a has room, 2 still waits for b, and 3 can start
    const schedule = scheduleOf(loose([['a'], ['b'], ['a', 'b'], ['a']], [9, 8, 7, 6]), new LimitPool());
    expect(takeAll(schedule)).toEqual([0, 1]);
    schedule.release(0);
    expect(takeAll(schedule)).toEqual([3]);
  });

  it('is woken by room that another schedule makes, and only if it waits for that', () => {
    const pool = new LimitPool();
    const holder = scheduleOf(loose([['a'], ['b']]), pool);
    const onRoom = vi.fn();
    const waiter = scheduleOf(loose([['a'], []]), pool, { onRoom });
    expect(takeAll(holder)).toEqual([0, 1]);
    expect(takeAll(waiter)).toEqual([1]);
    holder.release(1);
    expect(onRoom).not.toHaveBeenCalled();
    holder.release(0);
    expect(onRoom).toHaveBeenCalledTimes(1);
    expect(waiter.take()).toBe(0);
    waiter.release(0);
    expect(onRoom).toHaveBeenCalledTimes(1);
  });

  it('is not called back for room it makes itself', () => {
    const onRoom = vi.fn();
    const schedule = scheduleOf(loose([['a'], ['a']]), new LimitPool(), { onRoom });
    expect(takeAll(schedule)).toEqual([0]);
    schedule.release(0);
    expect(onRoom).not.toHaveBeenCalled();
    expect(schedule.take()).toBe(1);
  });

  it('may take from within the call that tells of room', () => {
    const pool = new LimitPool();
    const holder = scheduleOf(loose([['a'], ['a']]), pool);
    const taken: number[] = [];
    const waiter = scheduleOf(loose([['a']]), pool, { onRoom: () => void taken.push(...takeAll(waiter)) });
    expect(takeAll(holder)).toEqual([0]);
    expect(takeAll(waiter)).toEqual([]);
    holder.release(0);
    expect(taken).toEqual([0]);
    expect(holder.take()).toBe(-1);
    waiter.release(0);
    expect(holder.take()).toBe(1);
  });

  it('no longer listens once it is disposed of, or once nothing of it waits', () => {
    const pool = new LimitPool();
    const holder = scheduleOf(loose([['a']]), pool);
    takeAll(holder);
    const onRoom = vi.fn();
    const disposed = scheduleOf(loose([['a']]), pool, { onRoom });
    const withdrawn = scheduleOf(loose([['a']]), pool, { onRoom });
    takeAll(disposed);
    takeAll(withdrawn);
    disposed.dispose();
    disposed.dispose();
    withdrawn.withdraw(0);
    holder.release(0);
    expect(onRoom).not.toHaveBeenCalled();
  });
});

describe('a schedule of 100,000 tasks', { timeout: hangMs }, () => {
  const size = 100_000;

  it.each([
    ['chain', chain(size)],
    ['fan-out', fanOut(size)],
    ['fan-in', fanIn(size)],
  ])('that are a %s runs to its end', (_, drawing) => {
    const schedule = scheduleOf(plain(drawing), new LimitPool());
    for (let task = schedule.take(); task !== -1; task = schedule.take()) succeed(schedule, task);
    expect(schedule.settled()).toBe(size);
  });

  it('that all wait for limits runs to its end', () => {
    const hosts = Array.from({ length: 100 }, (_, host) => [`host:${host}`, 'rpm']);
    const scene = loose(Array.from({ length: size }, (_, task) => hosts[task % 100] ?? []));
    const schedule = scheduleOf(scene, new LimitPool({ rpm: 10 }));
    let running = takeAll(schedule);
    expect(running).toHaveLength(10);
    while (running.length > 0) {
      for (const task of running) succeed(schedule, task);
      running = takeAll(schedule);
    }
    expect(schedule.settled()).toBe(size);
  });
});
