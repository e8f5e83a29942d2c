import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Run, WaitingTask } from '../../src/run/index.ts';
import {
  isInFlight,
  isSatisfied,
  isSettledRun,
  RunRecord,
  whyWaiting,
  type WaitReason,
} from '../../src/state/index.ts';
import { setup } from '../support/setup.ts';
import { numberOfRuns } from './number-of-runs.ts';
import { anyScenario, limitSizes, type Scenario } from './scenario.ts';
import { play } from './simulated-run.ts';

const timeoutMs = 120_000;

/** The kinds of reasons that fit a task's state in a run's state, told by hand and not by the rules under test. */
function fits(kind: WaitReason['kind'], task: string, run: Run): boolean {
  if (task === 'RUNNING' || task === 'CANCELLING' || task === 'ROLLING_BACK') return kind === 'running';
  if (task === 'UNKNOWN') return kind === 'unknown';
  if (task === 'ROLLED_BACK') return kind === 'settled';
  const starting = ['starting', 'limit', 'slot'];
  if (run.state === 'ROLLING_BACK') return [...starting, 'left-alone', 'downstreams', 'settled'].includes(kind);
  if (task !== 'PENDING' && task !== 'READY') return kind === 'settled';
  if (isSettledRun(run.state)) return kind === 'run-ended';
  if (task === 'PENDING') return kind === 'upstreams' || kind === 'cancelled';
  if (run.state === 'PAUSED') return ['paused', 'failure', 'cancelled'].includes(kind);
  return [...starting, 'backoff', 'failure', 'cancelled'].includes(kind);
}

/** What is wrong with a run's answers at one instant, in words. */
function wrongAnswers(run: Run, scenario: Scenario): readonly string[] {
  const { tasks } = run.snapshot();
  const firstId = tasks[0]?.id ?? 0;
  const stateOf = (number: number): string => tasks[number - 1]?.state ?? 'none';
  return tasks.flatMap(({ key, state, upstreams }, index) => {
    const reason = run.why(key);
    const said = `${key} is ${state} in a run that is ${run.state}: ${JSON.stringify(reason)}`;
    const open = upstreams.map((id) => id - firstId + 1).filter((number) => !isDone(stateOf(number)));
    const namesOf = (named: readonly { number: number; state: string }[]): boolean =>
      named.every((one) => stateOf(one.number) === one.state);
    const isRight = ((): boolean => {
      if (!fits(reason.kind, state, run)) return false;
      switch (reason.kind) {
        case 'upstreams':
          return (
            open.join() ===
              reason.upstreams
                .map(({ number }) => number)
                .sort((a, b) => a - b)
                .join() &&
            open.length > 0 &&
            namesOf(reason.upstreams) &&
            (!reason.brokenBy || !isDone(reason.brokenBy.state))
          );
        case 'downstreams':
          return reason.downstreams.length > 0 && namesOf(reason.downstreams);
        case 'failure':
          return scenario.onFailure !== 'continue' && ['FAILED', 'CANCELLED'].includes(stateOf(reason.failed.number));
        case 'limit':
          return isFull(reason, index, scenario, stateOf);
        case 'slot':
          return reason.slots.of === 'engine' && reason.slots.inUse === scenario.concurrency;
        case 'backoff':
          return tasks[index]?.retryAtMs === reason.untilMs && reason.attempt === (tasks[index]?.attempt ?? 0) + 1;
        default:
          return true;
      }
    })();
    return isRight ? [] : [said];
  });
}

function isDone(state: string): boolean {
  return state === 'SUCCESS' || state === 'SKIPPED';
}

/** As many distinct tasks as the limit has places, all of which name it and none of which has not begun or has ended. */
function isFull(
  { limit, size, holders, isWhole }: Extract<WaitReason, { kind: 'limit' }>,
  task: number,
  { tasks }: Scenario,
  stateOf: (number: number) => string,
): boolean {
  const places = limitSizes[limit as keyof typeof limitSizes];
  const may = ['RUNNING', 'CANCELLING', 'ROLLING_BACK', 'READY', 'SUCCESS', 'FAILED', 'CANCELLED', 'SKIPPED'];
  return (
    isWhole &&
    size === places &&
    new Set(holders.map(({ number }) => number)).size === places &&
    tasks[task]?.limits.includes(limit) === true &&
    holders.every(({ number }) => tasks[number - 1]?.limits.includes(limit) && may.includes(stateOf(number)))
  );
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
