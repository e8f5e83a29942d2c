import { closure, criticalPath, waves } from '../graph/index.ts';
import { estimateMakespan, LimitPool } from '../schedule/index.ts';
import type { PlanTask } from './plan.ts';
import { durationsOf, limitIdsOf, prioritiesOf, type Schedulable } from './schedule-of-plan.ts';

/** Under which circumstances a run is estimated. */
export interface EstimateOptions {
  /** How many tasks run at a time: a positive integer or `Infinity`. @default 16, as an engine's */
  readonly concurrency?: number | undefined;
  /** Sizes of named limits, as given to the engine: `host:*` sizes every name with that beginning. @default 1 each */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** When everything would happen if every task took exactly as long as estimated. All lists are by task index. */
export interface PlanEstimate {
  readonly concurrency: number;
  /** From the first start to the last end, in milliseconds. */
  readonly makespanMs: number;
  /** The tasks of one heaviest path, in order. */
  readonly criticalPath: readonly number[];
  /** How long the critical path takes, in milliseconds: no concurrency makes the run shorter. */
  readonly criticalPathMs: number;
  /** What each task can lose without making the critical path longer, in milliseconds. */
  readonly slackMs: Float64Array;
  readonly startMs: Float64Array;
  readonly finishMs: Float64Array;
  /** The longest-path depth of each task, from 0. For display: a wave never holds a task back. */
  readonly waves: Int32Array;
  readonly waveCount: number;
  /** The most tasks that run at one time. */
  readonly peakConcurrency: number;
  /** Where a rollback of the whole run stops being possible; undefined when it always is. */
  readonly pointOfNoReturn: PointOfNoReturn | undefined;
}

/** Where a rollback of the whole run stops being possible. */
export interface PointOfNoReturn {
  /** The irreversible task of the lowest wave, among those the one declared first. */
  readonly task: number;
  /** Every irreversible task, ascending. */
  readonly irreversible: readonly number[];
  /** What has run before some irreversible task, ascending: its undo would have to wait for one that does not exist. */
  readonly lockedIn: readonly number[];
}

/** What can be estimated: a plan, or what is recorded of one. */
export interface Estimable extends Schedulable {
  readonly tasks: readonly (Schedulable['tasks'][number] & Pick<PlanTask, 'irreversible'>)[];
}

const concurrencyDefault = 16;

/**
 * Estimates a run by playing it through with the very scheduler that runs it. O((tasks + edges) log tasks).
 *
 * @throws RefusedError `INVALID_CONCURRENCY` or `INVALID_LIMIT`
 */
export function estimatePlan(plan: Estimable, options: EstimateOptions = {}): PlanEstimate {
  const { concurrency = concurrencyDefault, limits = {} } = options;
  const pool = new LimitPool(limits);
  const limitIds = limitIdsOf(plan, pool);
  const durations = durationsOf(plan);
  const { graph, order } = plan;
  const { makespan, start, finish, peakConcurrency } = estimateMakespan({
    graph,
    durations,
    priority: prioritiesOf(plan),
    limitsOf: (task) => limitIds[task] ?? noLimits,
    pool,
    concurrency,
  });
  const { lengthTotal, slack, path } = criticalPath(graph, order, durations);
  const waveOf = waves(graph, order);
  return {
    concurrency,
    makespanMs: makespan,
    criticalPath: path,
    criticalPathMs: lengthTotal,
    slackMs: slack,
    startMs: start,
    finishMs: finish,
    waves: waveOf,
    waveCount: waveOf.reduce((deepest, wave) => Math.max(deepest, wave), -1) + 1,
    peakConcurrency,
    pointOfNoReturn: pointOfNoReturn(plan, waveOf),
  };
}

const noLimits = new Int32Array(0);

function pointOfNoReturn({ tasks, graph }: Estimable, waveOf: Int32Array): PointOfNoReturn | undefined {
  const irreversible = [...tasks.keys()].filter((task) => tasks[task]?.irreversible);
  const [task] = irreversible.toSorted((a, b) => (waveOf[a] ?? 0) - (waveOf[b] ?? 0) || a - b);
  if (task === undefined) return undefined;
  const before = closure(graph, irreversible, 'upstream');
  const isIrreversible = new Set(irreversible);
  const lockedIn = [...tasks.keys()].filter((index) => before[index] === 1 && !isIrreversible.has(index));
  return { task, irreversible, lockedIn };
}
