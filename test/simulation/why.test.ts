import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Run, WaitingTask } from '../../src/run/index.ts';
import {
  isInFlight,
  isSatisfied,
  isSettledRun,
  RunRecord,
  whyWaiting,
  type TaskSnapshot,
  type WaitReason,
} from '../../src/state/index.ts';
import { setup } from '../support/setup.ts';
import { numberOfRuns } from './number-of-runs.ts';
import { anyScenario, limitSizes, type Scenario } from './scenario.ts';
import { play } from './simulated-run.ts';

const timeoutMs = 120_000;

const starting = ['starting', 'limit', 'slot'];

/** The kinds of reasons that fit a task that has not begun, or waits for its undo, by its run's state; told by hand. */
const fitting: Readonly<Record<string, readonly string[]>> = {
  'PENDING in RUNNING': ['upstreams', 'cancelled'],
  'PENDING in PAUSED': ['upstreams', 'cancelled'],
  'READY in RUNNING': [...starting, 'backoff', 'failure', 'cancelled'],
  'READY in PAUSED': ['paused', 'failure', 'cancelled'],
  'PENDING in ROLLING_BACK': ['left-alone'],
  'READY in ROLLING_BACK': [...starting, 'left-alone', 'downstreams'],
  'SUCCESS in ROLLING_BACK': [...starting, 'downstreams'],
  'SKIPPED in ROLLING_BACK': [...starting, 'downstreams', 'settled'],
  'FAILED in ROLLING_BACK': [...starting, 'downstreams'],
  'CANCELLED in ROLLING_BACK': [...starting, 'downstreams'],
  'ROLLBACK_FAILED in ROLLING_BACK': [...starting, 'downstreams', 'settled', 'backoff'],
};

/** The same for tasks of which the run's state says nothing. */
const alwaysFitting: Readonly<Record<string, string>> = {
  RUNNING: 'running',
  CANCELLING: 'running',
  ROLLING_BACK: 'running',
  UNKNOWN: 'unknown',
};

function fittingKinds(task: string, run: Run): readonly string[] {
  const always = alwaysFitting[task];
  if (always !== undefined) return [always];
  const isOpen = task === 'PENDING' || task === 'READY';
  if (isOpen && isSettledRun(run.state)) return ['run-ended'];
  return fitting[`${task} in ${run.state}`] ?? ['settled'];
}

/** What the answer about one task is held against. */
interface Asked {
  readonly scenario: Scenario;
  readonly task: TaskSnapshot;
  /** From 0. */
  readonly index: number;
  /** Numbers of its upstreams that are not done, ascending. */
  readonly open: readonly number[];
  readonly stateOf: (number: number) => string;
}

type ReasonOf<Kind extends WaitReason['kind']> = Extract<WaitReason, { readonly kind: Kind }>;

/** What holds of a reason of a kind besides that it fits. */
const truths: { readonly [Kind in WaitReason['kind']]?: (reason: ReasonOf<Kind>, asked: Asked) => boolean } = {
  upstreams: ({ upstreams, brokenBy }, { open, stateOf }) =>
    open.length > 0 &&
    open.join() ===
      upstreams
        .map(({ number }) => number)
        .sort((a, b) => a - b)
        .join() &&
    upstreams.every((one) => stateOf(one.number) === one.state) &&
    (!brokenBy || !isDone(stateOf(brokenBy.number))),
  downstreams: ({ downstreams }, { stateOf }) =>
    downstreams.length > 0 && downstreams.every((one) => stateOf(one.number) === one.state),
  failure: ({ failed, policy }, { scenario, stateOf }) =>
    policy === scenario.onFailure && policy !== 'continue' && /^(FAILED|CANCELLED)$/.test(stateOf(failed.number)),
  // Attempts of an undo are counted by themselves.
  backoff: ({ untilMs, attempt }, { task }) =>
    task.retryAtMs === untilMs && (task.state === 'ROLLBACK_FAILED' ? attempt > 1 : attempt === task.attempt + 1),
  slot: ({ slots }, { scenario }) => slots.of === 'engine' && slots.inUse === scenario.concurrency,
  limit: isFull,
};

/** As many distinct tasks as the limit has places, all of which name it and have at least been READY. */
function isFull({ limit, size, holders, isWhole }: ReasonOf<'limit'>, { scenario, index, stateOf }: Asked): boolean {
  const places = limitSizes[limit as keyof typeof limitSizes];
  const names = (task: number): boolean => scenario.tasks[task]?.limits.includes(limit) === true;
  const numbers = holders.map(({ number }) => number);
  return (
    isWhole &&
    size === places &&
    new Set(numbers).size === places &&
    names(index) &&
    numbers.every((number) => names(number - 1) && stateOf(number) !== 'PENDING')
  );
}

/** What is wrong with a run's answers at one instant, in words. */
function wrongAnswers(run: Run, scenario: Scenario): readonly string[] {
  const { tasks } = run.snapshot();
  const firstId = tasks[0]?.id ?? 0;
  const stateOf = (number: number): string => tasks[number - 1]?.state ?? 'none';
  return tasks.flatMap((task, index) => {
    const reason = run.why(task.key);
    const open = task.upstreams.map((id) => id - firstId + 1).filter((number) => !isDone(stateOf(number)));
    const isTrue = truths[reason.kind] as ((reason: WaitReason, asked: Asked) => boolean) | undefined;
    const fits = fittingKinds(task.state, run).includes(reason.kind);
    if (fits && (isTrue?.(reason, { scenario, task, index, open, stateOf }) ?? true)) return [];
    return [`${task.key} is ${task.state} in a run that is ${run.state}: ${JSON.stringify(reason)}`];
  });
}

function isDone(state: string): boolean {
  return state === 'SUCCESS' || state === 'SKIPPED';
}

describe('why a task waits', { timeout: timeoutMs }, () => {
  it('is answered for every task at every event of any run, and agrees with the state', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario(25), async (scenario) => {
        const wrong: string[] = [];
        await play(scenario, (_, run) => wrong.push(...wrongAnswers(run, scenario)));
        expect(wrong).toEqual([]);
      }),
      { numRuns: numberOfRuns(150) },
    );
  });

  it('is answered from the record alone after every event', async () => {
    const start = {
      stoppedBecause: undefined,
      isBackingOff: () => false,
      isStarting: () => false,
      fullLimit: () => undefined,
      slotsInUse: () => ({ of: 'unknown' as const }),
    };
    await fc.assert(
      fc.asyncProperty(anyScenario(25), async (scenario) => {
        const { run, journal } = await play(scenario);
        const record = new RunRecord(run.plan.graph);
        for (const event of journal) {
          record.apply(event);
          const why = whyWaiting({ plan: run.plan, record, onFailure: scenario.onFailure, start });
          for (let task = 0; task < record.size; task++) {
            const { kind } = why(task);
            expect(kind === 'running').toBe(isInFlight(record.taskState(task)));
            if (isSatisfied(record.taskState(task)) && record.state !== 'ROLLING_BACK') expect(kind).toBe('settled');
            expect(kind).not.toBe('starting');
          }
        }
      }),
      { numRuns: numberOfRuns(60) },
    );
  });

  //  Tasks a0 … an, each after some of those before it, under limits x and y; the test ends one body after the other.
  it('is never that a task is about to start once all has come to rest, and every slot and limit that it names is full', async () => {
    const task = fc.record({
      upstream: fc.uniqueArray(fc.nat(11), { maxLength: 2 }),
      limits: fc.subarray(['x', 'y']),
      fails: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
    });
    const scene = fc.record({
      tasks: fc.array(task, { minLength: 1, maxLength: 12 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
      order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
    });
    const sizes = { x: 1, y: 2 };
    await fc.assert(
      fc.asyncProperty(scene, async ({ tasks, concurrency, order }) => {
        const drawing = Object.fromEntries(
          tasks.map(({ upstream, limits }, index) => [
            `a${index}`,
            { upstream: upstream.filter((one) => one < index).map((one) => `a${one}`), limits },
          ]),
        );
        const workflow = { onFailure: 'continue' } as const;
        const stage = await setup(drawing, { concurrency, limits: sizes, workflow });
        for (const drawn of order) {
          const running = Object.entries(stage.states()).filter(([, state]) => state === 'RUNNING');
          const using = (limit: string): number =>
            running.filter(([key]) => tasks[Number(key.slice(1))]?.limits.includes(limit as 'x')).length;
          for (const { reason } of stage.run.waiting())
            expectFull(reason, { running: running.length, concurrency, using });
          const [key] = running[drawn % Math.max(1, running.length)] ?? [];
          if (key === undefined) break;
          const attempt = stage.tasks[key]?.attempts[0];
          await (tasks[Number(key.slice(1))]?.fails ? attempt?.fail() : attempt?.succeed());
        }
        expect(stage.run.waiting().filter(({ reason }) => reason.kind !== 'run-ended')).toEqual([]);
      }),
      { numRuns: numberOfRuns(120) },
    );

    function expectFull(
      reason: WaitingTask['reason'],
      { running, concurrency, using }: { running: number; concurrency: number; using: (limit: string) => number },
    ): void {
      expect(['upstreams', 'limit', 'slot', 'run-ended']).toContain(reason.kind);
      if (reason.kind === 'slot') expect(running).toBe(concurrency);
      if (reason.kind === 'limit') expect(using(reason.limit)).toBe(sizes[reason.limit as 'x']);
    }
  });
});
