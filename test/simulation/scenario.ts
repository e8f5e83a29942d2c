import fc from 'fast-check';
import type { FailurePolicy } from '../../src/workflow/index.ts';

/** What becomes of one attempt: when it ends, how, and whether it heeds an abort. */
export interface AttemptScript {
  readonly lengthMs: number;
  readonly end: 'success' | 'failure' | 'unknown';
  readonly heedsAbort: boolean;
}

/** One task of a scenario. Upstreams have smaller numbers. */
export interface TaskScript {
  readonly upstream: readonly number[];
  /** One per attempt; the last one holds for all further attempts. */
  readonly attempts: readonly AttemptScript[];
  readonly attemptsMax: number;
  readonly backoffMs: number;
  readonly timeoutMs: number | undefined;
  readonly limits: readonly string[];
  readonly skippable: boolean;
  readonly undoFails: boolean;
}

/** Somebody asks for something at a moment, of the run or of one task. */
export interface ActionScript {
  readonly atMs: number;
  readonly kind: 'retry' | 'skip' | 'cancel' | 'pause' | 'resume' | 'resolve' | 'rollback';
  /** Taken modulo the number of tasks; undefined means the run, where that can be asked. */
  readonly task: number | undefined;
}

/** Everything that decides how a run goes, so that the same scenario is the same run. */
export interface Scenario {
  readonly tasks: readonly TaskScript[];
  readonly actions: readonly ActionScript[];
  /** How often the operator takes the run up again when it has ended other than well. */
  readonly insistence: number;
  /** How long a commit takes at most: what comes up meanwhile meets in the next one. */
  readonly commitMsMax: number;
  readonly concurrency: number;
  readonly onFailure: FailurePolicy;
  readonly seed: number;
}

/** The limits that tasks draw from, and their sizes. */
export const limitSizes = { x: 1, y: 2, z: 3 } as const;

/** How often attempts fail: never, now and then, all the time. */
const weathers = {
  calm: { failure: 0, unknown: 0 },
  fair: { failure: 1, unknown: 1 },
  stormy: { failure: 20, unknown: 5 },
};

type Weather = keyof typeof weathers;

function attemptIn(weather: Weather): fc.Arbitrary<AttemptScript> {
  const { failure, unknown } = weathers[weather];
  return fc.record({
    lengthMs: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(1_000)),
    end: fc.oneof(
      { weight: 80, arbitrary: fc.constant('success' as const) },
      { weight: failure, arbitrary: fc.constant('failure' as const) },
      { weight: unknown, arbitrary: fc.constant('unknown' as const) },
    ),
    heedsAbort: fc.boolean(),
  });
}

function taskAt(index: number, weather: Weather): fc.Arbitrary<TaskScript> {
  const timeoutMs = fc.option(fc.integer({ min: 1, max: 3_000 }), {
    nil: undefined,
    freq: weather === 'stormy' ? 2 : 20,
  });
  return fc.record({
    upstream:
      index === 0
        ? fc.constant([])
        : fc.uniqueArray(fc.oneof(fc.nat(index - 1), fc.integer({ min: Math.max(0, index - 5), max: index - 1 })), {
            maxLength: 4,
          }),
    attempts: fc.array(attemptIn(weather), { minLength: 1, maxLength: 3 }),
    attemptsMax: fc.integer({ min: 1, max: 3 }),
    backoffMs: fc.constantFrom(0, 1, 100, 10_000),
    timeoutMs: weather === 'calm' ? fc.constant(undefined) : timeoutMs,
    limits: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.subarray(['x', 'y', 'z'])),
    skippable: fc.boolean(),
    undoFails: fc.oneof({ weight: 30, arbitrary: fc.constant(false) }, fc.constant(true)),
  });
}

const action: fc.Arbitrary<ActionScript> = fc.record({
  atMs: fc.noBias(fc.oneof(fc.nat(100), fc.nat(1_000), fc.nat(20_000))),
  kind: fc.constantFrom('retry', 'retry', 'skip', 'cancel', 'pause', 'resume', 'resume', 'resolve', 'rollback'),
  task: fc.option(fc.noBias(fc.nat(200)), { nil: undefined, freq: 2 }),
});

/**
 * Scenarios of up to `sizeMax` tasks, in any weather unless one is asked for. Where it is calm nothing fails and nobody
 * interferes, so that the run succeeds.
 */
export function anyScenario(sizeMax: number, only?: Weather): fc.Arbitrary<Scenario> {
  const weather = only ? fc.constant(only) : fc.constantFrom<Weather>('calm', 'fair', 'fair', 'stormy');
  const size = fc.noBias(fc.nat(sizeMax));
  return fc.tuple(size, weather).chain(([tasks, sky]) =>
    fc.record({
      tasks: fc.tuple(...Array.from({ length: tasks }, (_, index) => taskAt(index, sky))),
      actions: only === 'calm' ? fc.constant([]) : fc.array(action, { maxLength: 20 }),
      insistence: only === 'calm' ? fc.constant(0) : fc.nat(6),
      commitMsMax: fc.constantFrom(0, 5, 100, 1_000),
      concurrency: fc.constantFrom(1, 2, 3, 8, Infinity),
      onFailure: fc.constantFrom('finish-running', 'continue', 'abort-running', 'rollback'),
      seed: fc.nat(),
    }),
  );
}
