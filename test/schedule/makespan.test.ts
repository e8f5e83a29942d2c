import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, topologicalOrder } from '../../src/graph/index.ts';
import { estimateMakespan, LimitPool } from '../../src/schedule/index.ts';
import type { MakespanEstimate } from '../../src/schedule/index.ts';
import { chain, digraphOf, fanIn, fanOut, hangMs, ring } from '../graph/graphs.ts';
import { anyScene, plain, sceneLimits } from './schedules.ts';
import type { Scene } from './schedules.ts';

interface Case {
  readonly scene: Scene;
  readonly durations: readonly number[];
  readonly concurrency: number;
}

function estimate({ scene, durations, concurrency }: Case, pool = new LimitPool(sceneLimits)): MakespanEstimate {
  const limits = scene.limits.map((names) => pool.slotsFor(names));
  return estimateMakespan({
    graph: digraphOf(scene.drawing),
    durations: Float64Array.from(durations),
    limitsOf: (task) => limits[task] ?? new Int32Array(0),
    pool,
    concurrency,
  });
}

const anyCase: fc.Arbitrary<Case> = anyScene(25).chain((scene) =>
  fc.record({
    scene: fc.constant(scene),
    durations: fc.array(fc.integer({ min: 0, max: 9 }), {
      minLength: scene.drawing.size,
      maxLength: scene.drawing.size,
    }),
    concurrency: fc.constantFrom(1, 2, 3, 4, 16, Infinity),
  }),
);

const anyCaseWithoutLimits = anyCase.map((given): Case => ({ ...given, scene: plain(given.scene.drawing) }));

function criticalLength({ scene, durations }: Case): number {
  const graph = digraphOf(scene.drawing);
  return criticalPath(graph, topologicalOrder(graph) ?? new Int32Array(0), Float64Array.from(durations)).lengthTotal;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe('an estimate', () => {
  it('plays two lanes through one slot and through two', () => {
    //  0(1) -> 1(2) -> 4(1),  2(3) -> 3(1) -> 4(1)
    const scene = plain({ size: 5, edges: [[0, 1], [2, 3], [1, 4], [3, 4]] }); // prettier-ignore
    const durations = [1, 2, 3, 1, 1];
    expect(estimate({ scene, durations, concurrency: 1 })).toMatchObject({ makespan: 8, peakConcurrency: 1 });
    const two = estimate({ scene, durations, concurrency: 2 });
    expect(two).toMatchObject({ makespan: 5, peakConcurrency: 2 });
    expect([...two.start]).toEqual([0, 1, 0, 3, 4]);
    expect([...two.finish]).toEqual([1, 3, 3, 4, 5]);
  });

  it('starts a task as soon as its own upstreams are done, not its wave', () => {
    //  0(1) -> 2(1),  1(10) -> 3(1)
    const scene = plain({ size: 4, edges: [[0, 2], [1, 3]] }); // prettier-ignore
    expect(estimate({ scene, durations: [1, 10, 1, 1], concurrency: 4 }).start[2]).toBe(1);
  });

  it('is slowed down by a limit, sizes of which it takes from the pool without touching it', () => {
    const scene: Scene = { ...plain({ size: 4, edges: [] }), limits: [['rpm'], ['rpm'], ['rpm'], ['rpm']] };
    const pool = new LimitPool({ rpm: 2 });
    pool.tryAcquire(pool.slotsFor(['rpm']));
    expect(estimate({ scene, durations: [5, 5, 5, 5], concurrency: 4 }, pool)).toMatchObject({
      makespan: 10,
      peakConcurrency: 2,
    });
    expect(pool.inUse(pool.slotFor('rpm'))).toBe(1);
  });

  it('follows a given priority', () => {
    const graph = digraphOf({ size: 3, edges: [] });
    const options = { graph, durations: Float64Array.of(1, 1, 1), concurrency: 1 };
    expect([...estimateMakespan({ ...options, priority: Float64Array.of(0, 2, 1) }).start]).toEqual([2, 0, 1]);
  });

  it('keeps every edge, every limit and the concurrency, and is work-conserving', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const { scene, durations, concurrency } = given;
        const { start, finish } = estimate(given);
        for (const [from, to] of scene.drawing.edges) expect(start[to]).toBeGreaterThanOrEqual(finish[from] ?? NaN);
        for (const now of new Set([...start, ...finish])) {
          const isRunning = (_: unknown, task: number): boolean =>
            (start[task] ?? 0) <= now && now < (finish[task] ?? 0);
          const running = scene.limits.filter(isRunning);
          const inUse = (name: string): number => running.filter((limits) => limits.includes(name)).length;
          expect(running.length).toBeLessThanOrEqual(concurrency);
          for (const [name, size] of Object.entries(sceneLimits)) expect(inUse(name)).toBeLessThanOrEqual(size);
          const waiting = scene.limits.filter((limits, task) => {
            const upstreams = scene.drawing.edges.filter(([, to]) => to === task).map(([from]) => from);
            const isReady = upstreams.every((upstream) => (finish[upstream] ?? Infinity) <= now);
            const hasRoom = limits.every((name) => inUse(name) < sceneLimits[name as keyof typeof sceneLimits]);
            return (start[task] ?? 0) > now && isReady && hasRoom;
          });
          if (running.length < concurrency) expect(waiting).toEqual([]);
        }
        for (const [task, duration] of durations.entries()) expect(finish[task]).toBe((start[task] ?? NaN) + duration);
      }),
    );
  });

  it('is never shorter than the critical path or than the work shared out evenly', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const { makespan } = estimate(given);
        expect(makespan).toBeGreaterThanOrEqual(criticalLength(given));
        expect(makespan).toBeGreaterThanOrEqual(sum(given.durations) / given.concurrency);
        expect(makespan).toBeLessThanOrEqual(sum(given.durations));
      }),
    );
  });

  it('is the critical path when nothing else holds tasks back', () => {
    fc.assert(
      fc.property(anyCaseWithoutLimits, (given) => {
        expect(estimate({ ...given, concurrency: Infinity }).makespan).toBe(criticalLength(given));
      }),
    );
  });

  it("stays within Graham's bound without limits: work / m + (1 - 1 / m) x critical path", () => {
    fc.assert(
      fc.property(anyCaseWithoutLimits, fc.integer({ min: 1, max: 5 }), (given, concurrency) => {
        const bound = sum(given.durations) / concurrency + (1 - 1 / concurrency) * criticalLength(given);
        expect(estimate({ ...given, concurrency }).makespan).toBeLessThanOrEqual(bound + 1e-9);
      }),
    );
  });

  it.each([
    ['chain', chain(100_000), 100_000, 1],
    ['fan-out', fanOut(100_000), 6_251, 16],
    ['fan-in', fanIn(100_000), 6_251, 16],
  ])('of 100,000 tasks that are a %s is right', { timeout: hangMs }, (_, drawing, makespan, peakConcurrency) => {
    const durations = Array.from({ length: drawing.size }, () => 1);
    expect(estimate({ scene: plain(drawing), durations, concurrency: 16 })).toMatchObject({
      makespan,
      peakConcurrency,
    });
  });

  it('of nothing takes no time', () => {
    const scene = plain({ size: 0, edges: [] });
    expect(estimate({ scene, durations: [], concurrency: 1 })).toMatchObject({ makespan: 0, peakConcurrency: 0 });
  });

  it.each([0, -1, 1.5, NaN])('refuses the concurrency %d', (concurrency) => {
    const wrong = { scene: plain(chain(2)), durations: [1, 1], concurrency };
    expect(() => estimate(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_CONCURRENCY' }));
  });

  it('refuses a cycle and durations that are none', () => {
    expect(() => estimate({ scene: plain(ring(3)), durations: [1, 1, 1], concurrency: 1 })).toThrow(
      expect.objectContaining({ code: 'CYCLE' }),
    );
    expect(() => estimate({ scene: plain(chain(1)), durations: [NaN], concurrency: 1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_DURATION' }),
    );
  });
});
