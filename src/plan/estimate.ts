import { closure, criticalPath, waves } from '../graph/index.ts';
import { compareConcurrency, type ComparedConcurrency } from './compare-concurrency.ts';
import { Playthrough, type LimitUse } from './playthrough.ts';
import { durationsOf, type Schedulable, type TaskDurations } from './schedule-of-plan.ts';

/** Under which circumstances a run is estimated. */
export interface EstimateOptions {
  /** How many tasks run at a time: a positive integer or `Infinity`. @default 16, as an engine's */
  readonly concurrency?: number | undefined;
  /** Sizes of named limits, as given to the engine: `host:*` sizes every name with that beginning. @default 1 each */
  readonly limits?: Readonly<Record<string, number>> | undefined;
  /**
   * How long tasks took in earlier runs, where that is known. Tasks still start in the order of their declared estimates
   * (or priorities), as they do in a run. @default nothing is known
   */
  readonly durations?: TaskDurations | undefined;
  /** In how many runs `durations` were observed; told, and nothing else. @default 0 */
  readonly observedRuns?: number | undefined;
  /** Whether the effect of a task, by index, is in place already: it takes no time then. @default none is */
  readonly isDone?: ((task: number) => boolean) | undefined;
  /** Concurrencies to set side by side. @default none */
  readonly compare?: readonly number[] | undefined;
}

/** When everything would happen if every task took exactly as long as it is taken to. All lists are by task index. */
export interface PlanEstimate {
  /** What each task is taken to last, in milliseconds: as observed, else as declared. */
  readonly durationsMs: Float64Array;
  readonly basis: EstimateBasis;
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
  /** Each limit that tasks hold, in the order in which they name them first. */
  readonly limits: readonly LimitUse[];
  /** One entry for each concurrency that was to be compared, in the order given. */
  readonly comparison: readonly ComparedConcurrency[];
  /** Where a rollback of the whole run stops being possible; undefined when it always is. */
  readonly pointOfNoReturn: PointOfNoReturn | undefined;
}

/** Where the durations of an estimate come from. A step is all tasks of one name; barriers are none. */
export interface EstimateBasis {
  /** In how many runs durations were observed. */
  readonly runs: number;
  /** Of how many steps the durations are those observed; the others' are as declared. */
  readonly observedSteps: number;
  readonly steps: number;
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

const concurrencyDefault = 16;

/**
 * Estimates a run by playing it through with the very scheduler that runs it. O((tasks + edges) log tasks).
 *
 * @throws RefusedError `INVALID_CONCURRENCY` or `INVALID_LIMIT`
 */
export function estimatePlan(plan: Schedulable, options: EstimateOptions = {}): PlanEstimate {
  const { concurrency = concurrencyDefault, limits = {}, compare = [], isDone = () => false } = options;
  const durations = durationsOf(plan, options.durations).map((ms, task) => (isDone(task) ? 0 : ms));
  const playthrough = new Playthrough(plan, { durations, limits });
  const played = playthrough.with(concurrency);
  const { graph, order } = plan;
  const { lengthTotal, slack, path } = criticalPath(graph, order, durations);
  const waveOf = waves(graph, order);
  return {
    durationsMs: durations,
    basis: basisOf(plan, options),
    concurrency,
    makespanMs: played.makespan,
    criticalPath: path,
    criticalPathMs: lengthTotal,
    slackMs: slack,
    startMs: played.start,
    finishMs: played.finish,
    waves: waveOf,
    waveCount: waveOf.reduce((deepest, wave) => Math.max(deepest, wave), -1) + 1,
    peakConcurrency: played.peakConcurrency,
    limits: playthrough.limitsOf(played),
    comparison: compareConcurrency(compare, { playthrough, played, concurrency, criticalPathMs: lengthTotal }),
    pointOfNoReturn: pointOfNoReturn(plan, waveOf),
  };
}

function basisOf({ tasks }: Schedulable, { durations, observedRuns = 0 }: EstimateOptions): EstimateBasis {
  const isObserved = new Map<string, boolean>();
  for (const task of tasks) {
    if (task.kind === 'barrier' || isObserved.get(task.name)) continue;
    isObserved.set(task.name, durations?.(task) !== undefined);
  }
  const observedSteps = [...isObserved.values()].filter(Boolean).length;
  return { runs: observedRuns, observedSteps, steps: isObserved.size };
}

function pointOfNoReturn({ tasks, graph }: Schedulable, waveOf: Int32Array): PointOfNoReturn | undefined {
  const irreversible = [...tasks.keys()].filter((task) => tasks[task]?.irreversible);
  const [task] = irreversible.toSorted((a, b) => (waveOf[a] ?? 0) - (waveOf[b] ?? 0) || a - b);
  if (task === undefined) return undefined;
  const before = closure(graph, irreversible, 'upstream');
  const isIrreversible = new Set(irreversible);
  const lockedIn = [...tasks.keys()].filter((index) => before[index] === 1 && !isIrreversible.has(index));
  return { task, irreversible, lockedIn };
}
