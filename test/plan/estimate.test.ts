import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { upstreamsOf } from '../../src/graph/index.ts';
import { estimatePlan, limitIdsOf, planWorkflow, prioritiesOf, type Plan } from '../../src/plan/index.ts';
import { LimitPool } from '../../src/schedule/index.ts';
import { workflowFromGraph } from '../../src/workflow/index.ts';
import { nothing, planOf } from '../workflow/declared.ts';

/** Each task names only tasks before it. */
const plans: fc.Arbitrary<Plan> = fc
  .array(fc.record({ upstreams: fc.array(fc.nat(), { maxLength: 3 }), estimateMs: fc.nat({ max: 50 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((list) => {
    const tasks = list.map(({ upstreams, estimateMs }, index) => ({
      key: `t${index}`,
      estimateMs,
      upstream: index === 0 ? [] : [...new Set(upstreams.map((upstream) => `t${upstream % index}`))],
    }));
    return planWorkflow(workflowFromGraph({ name: 'g', tasks }), {});
  });

describe('estimatePlan', () => {
  it('knows the documented times of a small plan', () => {
    //  a(2) -> b(3) -> d(1)
    //       -> c(1) ->
    const plan = planOf((flow) => {
      const a = flow.task('a', { ...nothing, estimateMs: 2 });
      const b = flow.task('b', { upstream: [a], ...nothing, estimateMs: 3 });
      const c = flow.task('c', { upstream: [a], ...nothing, estimateMs: 1 });
      flow.task('d', { upstream: [b, c], ...nothing, estimateMs: 1 });
    });
    expect(estimatePlan(plan, { concurrency: Infinity })).toEqual({
      durationsMs: Float64Array.of(2, 3, 1, 1),
      basis: { runs: 0, observedSteps: 0, steps: 4 },
      concurrency: Infinity,
      makespanMs: 6,
      criticalPath: [0, 1, 3],
      criticalPathMs: 6,
      slackMs: Float64Array.of(0, 0, 2, 0),
      startMs: Float64Array.of(0, 2, 2, 5),
      finishMs: Float64Array.of(2, 5, 3, 6),
      waves: Int32Array.of(0, 1, 1, 2),
      waveCount: 3,
      peakConcurrency: 2,
      limits: [],
      comparison: [],
      pointOfNoReturn: undefined,
    });
    expect(estimatePlan(plan, { concurrency: 1 })).toMatchObject({ makespanMs: 7, peakConcurrency: 1 });
  });

  it('takes 16 at a time unless told otherwise', () => {
    const plan = planOf((flow) => {
      for (let count = 0; count < 17; count += 1) flow.task('a', { ...nothing, estimateMs: 5 });
    });
    expect(estimatePlan(plan)).toMatchObject({ concurrency: 16, makespanMs: 10, peakConcurrency: 16 });
  });

  it('keeps to limits: those with a size given, those of fan-outs, and one place for all others', () => {
    const plan = planOf((flow) => {
      flow.forEach([1, 2, 3, 4], () => flow.task('own', { ...nothing, estimateMs: 10 }), { parallel: 2 });
      flow.forEach([1, 2, 3], () => flow.task('host', { ...nothing, estimateMs: 100, limits: ['host:1'] }));
      flow.forEach([1, 2], () => flow.task('db', { ...nothing, estimateMs: 1_000, limits: ['db'] }));
    });
    const lastOf = (options: Parameters<typeof estimatePlan>[1], name: string): number => {
      const { finishMs } = estimatePlan(plan, options);
      return Math.max(...plan.tasks.flatMap((task, index) => (task.name === name ? [finishMs[index] ?? 0] : [])));
    };
    expect(['own', 'host', 'db'].map((name) => lastOf({}, name))).toEqual([20, 300, 2_000]);
    expect(lastOf({ limits: { 'host:*': 3 } }, 'host')).toBe(100);
  });

  it('takes observed durations for all times, and says of how many steps', () => {
    //  a(2) -> b(3, seen: 1) -> d    c alone is longer than what is seen of the rest
    //       -> c(1, seen: 7) ->
    const plan = planOf((flow) => {
      const a = flow.task('a', { ...nothing, estimateMs: 2 });
      const b = flow.task('b', { upstream: [a], ...nothing, estimateMs: 3 });
      const c = flow.task('c', { upstream: [a], ...nothing, estimateMs: 1 });
      flow.barrier('d', [b, c]);
    });
    const seen = new Map(Object.entries({ b: 1, c: 7 }));
    const estimate = estimatePlan(plan, { durations: ({ name }) => seen.get(name), observedRuns: 3 });
    expect(estimate).toMatchObject({
      durationsMs: Float64Array.of(2, 1, 7, 0),
      makespanMs: 9,
      criticalPath: [0, 2, 3],
      slackMs: Float64Array.of(0, 6, 0, 0),
      basis: { runs: 3, observedSteps: 2, steps: 3 },
    });
  });

  it('says how much of each limit is used at most', () => {
    const plan = planOf((flow) => {
      const hosts = [1, 2, 3];
      flow.forEach(hosts, (host) => flow.task('a', { ...nothing, limits: [`host:${host}`, 'rpm'] }), { parallel: 5 });
      flow.forEach(hosts, () => flow.task('b', { ...nothing, limits: ['host:1'] }));
    });
    const { limits, peakConcurrency } = estimatePlan(plan, { limits: { 'host:*': 2, rpm: 7 } });
    expect(peakConcurrency).toBe(4);
    expect(limits).toEqual([
      { name: 'fan-out#1', size: 5, peak: 3 },
      { name: 'host:1', size: 2, peak: 2 },
      { name: 'rpm', size: 7, peak: 3 },
      { name: 'host:2', size: 2, peak: 1 },
      { name: 'host:3', size: 2, peak: 1 },
    ]);
  });

  it('sets concurrencies side by side, in the order given, each as it is by itself', () => {
    fc.assert(
      fc.property(plans, fc.uniqueArray(fc.constantFrom(1, 2, 3, 16, Infinity)), (plan, compare) => {
        const { comparison, criticalPathMs } = estimatePlan(plan, { compare });
        expect(comparison).toEqual(
          compare.map((concurrency) => {
            const { makespanMs, peakConcurrency } = estimatePlan(plan, { concurrency });
            const ratio = criticalPathMs === 0 ? 1 : makespanMs / criticalPathMs;
            return { concurrency, makespanMs, ratio, peakConcurrency };
          }),
        );
      }),
    );
  });

  it('starts no task before its upstreams end, nor later than it must when there is room for all', () => {
    fc.assert(
      fc.property(plans, fc.constantFrom(1, 2, 3, Infinity), (plan, concurrency) => {
        const estimate = estimatePlan(plan, { concurrency });
        for (const [task, { estimateMs }] of plan.tasks.entries()) {
          const ends = Array.from(upstreamsOf(plan.graph, task), (upstream) => estimate.finishMs[upstream] ?? 0);
          const earliest = Math.max(0, ...ends);
          const start = estimate.startMs[task] ?? -1;
          if (concurrency === Infinity) expect(start).toBe(earliest);
          expect(start).toBeGreaterThanOrEqual(earliest);
          expect(estimate.finishMs[task]).toBe(start + estimateMs);
          const depth = Math.max(
            -1,
            ...Array.from(upstreamsOf(plan.graph, task), (upstream) => estimate.waves[upstream] ?? 0),
          );
          expect(estimate.waves[task]).toBe(depth + 1);
        }
        expect(estimate.makespanMs).toBe(Math.max(...estimate.finishMs));
        expect(estimate.makespanMs).toBeGreaterThanOrEqual(estimate.criticalPathMs);
        expect(estimate.waveCount).toBe(Math.max(...estimate.waves) + 1);
        expect(estimate.peakConcurrency).toBeLessThanOrEqual(concurrency);
        if (concurrency === Infinity) expect(estimate.makespanMs).toBe(estimate.criticalPathMs);
      }),
    );
  });

  it('has a critical path whose estimates add up to its length, and none of whose tasks can lose time', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { criticalPath, criticalPathMs, slackMs } = estimatePlan(plan);
        const sum = criticalPath.reduce((ms, task) => ms + (plan.tasks[task]?.estimateMs ?? 0), 0);
        expect(sum).toBe(criticalPathMs);
        for (const [at, task] of criticalPath.entries()) {
          expect(slackMs[task]).toBe(0);
          const next = criticalPath[at + 1];
          if (next !== undefined) expect([...upstreamsOf(plan.graph, next)]).toContain(task);
        }
      }),
    );
  });

  it('says where the point of no return is, and what it locks in', () => {
    //  a -> b(irreversible) -> c,   d,   e -> f(irreversible)
    const plan = planOf((flow) => {
      const e = flow.task('e', nothing);
      const a = flow.task('a', nothing);
      const b = flow.task('b', { upstream: { a }, ...nothing, undo: 'irreversible' });
      flow.task('c', { upstream: { b }, ...nothing });
      flow.task('d', nothing);
      flow.task('f', { upstream: { e }, ...nothing, undo: 'irreversible' });
    });
    expect(estimatePlan(plan).pointOfNoReturn).toEqual({ task: 2, irreversible: [2, 5], lockedIn: [0, 1] });
  });

  it('refuses a concurrency and limits that are none', () => {
    const plan = planOf(() => {});
    expect(() => estimatePlan(plan, { concurrency: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_CONCURRENCY' }) as Error,
    );
    expect(() => estimatePlan(plan, { compare: [1, 1.5] })).toThrow(
      expect.objectContaining({ code: 'INVALID_CONCURRENCY' }) as Error,
    );
    expect(() => estimatePlan(plan, { limits: { a: 0 } })).toThrow(
      expect.objectContaining({ code: 'INVALID_LIMIT' }) as Error,
    );
  });

  it('is empty for a plan without tasks', () => {
    expect(estimatePlan(planOf(() => {}))).toMatchObject({
      makespanMs: 0,
      criticalPath: [],
      waveCount: 0,
      peakConcurrency: 0,
    });
  });
});

describe('what a schedule needs of a plan', () => {
  it('is the heaviest path to the end as priority, unless the task says its own', () => {
    const plan = planOf((flow) => {
      const a = flow.task('a', { ...nothing, estimateMs: 2 });
      flow.task('b', { upstream: [a], ...nothing, estimateMs: 3, priority: -7 });
      flow.task('c', { upstream: [a], ...nothing, estimateMs: 1 });
    });
    expect([...prioritiesOf(plan)]).toEqual([5, -7, 1]);
  });

  it('is its limits, a fan-out’s own under the name of the run', () => {
    const plan = planOf((flow) => {
      flow.forEach([1, 2], () => flow.task('a', { ...nothing, limits: ['host:1'] }), { parallel: 5 });
      flow.task('b', nothing);
    });
    const pool = new LimitPool({ 'host:*': 3 });
    const [first, second, third] = [limitIdsOf(plan, pool, 'run 1: '), limitIdsOf(plan, pool, 'run 2: ')].flat();
    const names = [...(first ?? [])].map((id) => [pool.name(id), pool.size(id)]);
    expect(new Map(names as [string, number][])).toEqual(
      new Map([
        ['run 1: fan-out#1', 5],
        ['host:1', 3],
      ]),
    );
    expect([...(second ?? [])]).toEqual([...(first ?? [])]);
    expect([...(third ?? [])]).toEqual([]);
  });
});
