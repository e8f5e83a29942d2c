import type { MakespanEstimate } from '../schedule/index.ts';
import type { Playthrough } from './playthrough.ts';

/** What one concurrency makes of a plan. */
export interface ComparedConcurrency {
  readonly concurrency: number;
  readonly makespanMs: number;
  /** How many times as long as the critical path, which no concurrency makes shorter: 1 is as good as can be. */
  readonly ratio: number;
  /** The most tasks that run at one time. */
  readonly peakConcurrency: number;
}

interface Basis {
  readonly playthrough: Playthrough;
  /** The playthrough with `concurrency`, which need not be made again. */
  readonly played: MakespanEstimate;
  readonly concurrency: number;
  readonly criticalPathMs: number;
}

/**
 * Plays a plan through once for each concurrency, with the scheduler that runs it. O((tasks + edges) log tasks) each.
 *
 * @throws RefusedError `INVALID_CONCURRENCY`
 */
export function compareConcurrency(concurrencies: readonly number[], basis: Basis): readonly ComparedConcurrency[] {
  return concurrencies.map((concurrency) => {
    const isPlayed = concurrency === basis.concurrency;
    const { makespan, peakConcurrency } = isPlayed ? basis.played : basis.playthrough.with(concurrency);
    // Where nothing takes any time nothing is longer than it must be.
    const ratio = basis.criticalPathMs === 0 ? 1 : makespan / basis.criticalPathMs;
    return { concurrency, makespanMs: makespan, ratio, peakConcurrency };
  });
}
