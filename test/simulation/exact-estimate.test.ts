import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { estimatePlan, planWorkflow, type Plan } from '../../src/plan/index.ts';
import { createEngine } from '../../src/run/index.ts';
import { stepDurations, type RunEvent } from '../../src/state/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { defineWorkflow, type Task, type Workflow } from '../../src/workflow/index.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { numberOfRuns } from './number-of-runs.ts';

interface TimedTask {
  readonly upstream: readonly number[];
  /** How long it really takes. */
  readonly lengthMs: number;
  /** What it declares instead; undefined: what it takes. */
  readonly estimateMs: number | undefined;
  readonly limits: readonly string[];
  readonly priority: number | undefined;
}

/** Tasks in any order of upstreams, then a fan-out over lanes that a barrier joins with the last task. */
interface TimedRun {
  readonly tasks: readonly TimedTask[];
  readonly lanesMs: readonly number[];
  readonly parallel: number | undefined;
  readonly concurrency: number;
}

const limitSizes = { x: 1, 'y:*': 2 } as const;

/** Few distinct lengths, so that tasks often end at the same time, and any others. */
const lengthMs = fc.oneof(fc.constantFrom(0, 1, 2, 10), fc.nat(10_000));

function timedTask(index: number, isRight: boolean): fc.Arbitrary<TimedTask> {
  const before = index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 });
  return fc.record({
    upstream: before,
    lengthMs,
    estimateMs: isRight ? fc.constant(undefined) : lengthMs,
    limits: fc.oneof(fc.constant([]), fc.subarray(['x', 'y:1', 'y:2'])),
    priority: fc.option(fc.nat(3), { nil: undefined, freq: 3 }),
  });
}

/** Where `isRight`, tasks take as long as they declare. */
function anyTimedRun(isRight: boolean): fc.Arbitrary<TimedRun> {
  return fc.integer({ min: 0, max: 25 }).chain((size) =>
    fc.record({
      tasks: fc.tuple(...Array.from({ length: size }, (_, index) => timedTask(index, isRight))),
      lanesMs: fc.array(lengthMs, { maxLength: 8 }),
      parallel: fc.constantFrom(undefined, 1, 2, 3),
      concurrency: fc.constantFrom(1, 2, 3, 4, 16, Infinity),
    }),
  );
}

function workflowOf({ tasks, lanesMs, parallel }: TimedRun, clock: VirtualClock): Workflow {
  const lasting = (ms: number) => ({ run: () => new Promise<void>((resolve) => void clock.after(ms, resolve)) });
  return defineWorkflow({
    name: 'Timed',
    version: '1',
    input: z.unknown(),
    declare: (flow) => {
      const declared: Task[] = [];
      for (const [index, { upstream, lengthMs: ms, estimateMs = ms, limits, priority }] of tasks.entries()) {
        const options = { ...lasting(ms), estimateMs, limits, ...(priority === undefined ? {} : { priority }) };
        declared.push(
          flow.task(`task ${index}`, { upstream: upstream.flatMap((at) => declared[at] ?? []), ...options }),
        );
      }
      const lanes = flow.forEach(
        lanesMs,
        (ms, lane) => flow.task(`lane ${lane}`, { upstream: declared.slice(-1), ...lasting(ms), estimateMs: ms }),
        parallel === undefined ? {} : { parallel },
      );
      flow.barrier('all lanes', lanes);
    },
  });
}

interface Measured {
  readonly state: string;
  readonly startMs: readonly number[];
  readonly makespanMs: number;
  readonly events: readonly RunEvent[];
}

/** Runs the workflow on the engine that runs everything, on a clock that jumps from one end of a task to the next. */
async function measured(workflow: Workflow, { concurrency }: TimedRun, clock: VirtualClock): Promise<Measured> {
  const store = memoryStore();
  const engine = createEngine({ store, clock, concurrency, limits: limitSizes });
  const run = await engine.start(workflow, {});
  await quiet();
  while (clock.stepInstant()) await quiet();
  const events = (await store.readRun(run.id))?.events ?? [];
  const beganMs = events[0]?.atMs ?? NaN;
  const startMs: number[] = [];
  for (const event of events) if (event.type === 'task-started') startMs[event.task] = event.atMs - beganMs;
  return { state: run.state, startMs, makespanMs: (events.at(-1)?.atMs ?? NaN) - beganMs, events };
}

/** The most that held each limit at one time, as the journal has it. */
function peaksOf({ tasks }: Plan, events: readonly RunEvent[]): ReadonlyMap<string, number> {
  const inUse = new Map<string, number>();
  const peaks = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'task-started' && event.type !== 'task-succeeded') continue;
    for (const limit of tasks[event.task]?.limits ?? []) {
      const now = (inUse.get(limit) ?? 0) + (event.type === 'task-started' ? 1 : -1);
      inUse.set(limit, now);
      peaks.set(limit, Math.max(peaks.get(limit) ?? 0, now));
    }
  }
  return peaks;
}

describe('an estimate, beside the run of its plan on a clock that can be trusted', { timeout: 60_000 }, () => {
  it('has the makespan, every start and the peak of every limit exactly, where tasks take what they declare', async () => {
    await fc.assert(
      fc.asyncProperty(anyTimedRun(true), async (timed) => {
        const clock = new VirtualClock();
        const workflow = workflowOf(timed, clock);
        const plan = planWorkflow(workflow, {});
        const estimate = estimatePlan(plan, { concurrency: timed.concurrency, limits: limitSizes });
        const { state, startMs, makespanMs, events } = await measured(workflow, timed, clock);
        expect(state).toBe('SUCCESS');
        expect(startMs).toEqual([...estimate.startMs]);
        expect(makespanMs).toBe(estimate.makespanMs);
        expect(new Map(estimate.limits.map(({ name, peak }) => [name, peak]))).toEqual(peaksOf(plan, events));
      }),
      { numRuns: numberOfRuns(150) },
    );
  });

  it('has them exactly with what an earlier run took, where tasks do not take what they declare', async () => {
    await fc.assert(
      fc.asyncProperty(anyTimedRun(false), async (timed) => {
        const clock = new VirtualClock();
        const workflow = workflowOf(timed, clock);
        const plan = planWorkflow(workflow, {});
        const earlier = await measured(workflow, { ...timed, concurrency: 1 }, clock);
        const { durationMs, runs } = stepDurations([{ tasks: plan.tasks, events: earlier.events }]);
        const estimate = estimatePlan(plan, {
          ...{ concurrency: timed.concurrency, limits: limitSizes, observedRuns: runs },
          durations: ({ name }) => durationMs.get(name),
        });
        const { startMs, makespanMs } = await measured(workflow, timed, clock);
        expect(startMs).toEqual([...estimate.startMs]);
        expect(makespanMs).toBe(estimate.makespanMs);
        expect(estimate.basis.observedSteps).toBe(estimate.basis.steps);
      }),
      { numRuns: numberOfRuns(150) },
    );
  });
});
