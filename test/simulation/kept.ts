import fc from 'fast-check';
import { expect } from 'vitest';
import { isSettledRun } from '../../src/state/index.ts';
import { violationsOf } from './invariants.ts';
import { numberOfRuns } from './number-of-runs.ts';
import type { Scenario } from './scenario.ts';
import { play, type Played } from './simulated-run.ts';

/** Everything that was promised of one run, whatever was asked of it. */
export function expectKept(played: Played, scenario: Scenario): void {
  const { run, journal, observed } = played;
  expect(observed.violations).toEqual([]);
  expect(violationsOf(journal, scenario)).toEqual([]);
  expect(observed.bodies.size).toBe(0);
  expect(observed.bodiesMax).toBeLessThanOrEqual(scenario.concurrency);
  expect(isSettledRun(run.state), `it is ${run.state}`).toBe(true);
}

/** Tries a property of scenarios so many times. */
export function property(scenarios: fc.Arbitrary<Scenario>, keep: (scenario: Scenario) => Promise<void>, runs: number) {
  return fc.assert(fc.asyncProperty(scenarios, keep), { numRuns: numberOfRuns(runs) });
}

/** Plays scenarios, and holds each of them to everything. */
export async function keepsAll(scenarios: fc.Arbitrary<Scenario>, runs: number): Promise<void> {
  await property(scenarios, async (scenario) => expectKept(await play(scenario), scenario), runs);
}
