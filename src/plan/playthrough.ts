import { estimateMakespan, LimitPool, type MakespanEstimate } from '../schedule/index.ts';
import { limitIdsOf, prioritiesOf, type Schedulable } from './schedule-of-plan.ts';

/** What a plan is played through with. */
export interface PlaythroughOptions {
  /** How long each task takes, in milliseconds, by index. */
  readonly durations: Float64Array;
  /** Sizes of named limits, as given to the engine. */
  readonly limits: Readonly<Record<string, number>>;
}

/** One limit of a plan. */
export interface LimitUse {
  readonly name: string;
  /** How many tasks may hold it at a time: a positive integer or `Infinity`. */
  readonly size: number;
  /** The most tasks that hold it at one time. */
  readonly peak: number;
}

/** A plan that can be played through with any concurrency. Every time costs O((tasks + edges) log tasks). */
export class Playthrough {
  readonly #plan: Schedulable;
  readonly #durations: Float64Array;
  readonly #pool: LimitPool;
  readonly #limitIds: readonly Int32Array[];
  readonly #priority: Float64Array;

  /** @throws RefusedError `INVALID_LIMIT` */
  constructor(plan: Schedulable, { durations, limits }: PlaythroughOptions) {
    this.#plan = plan;
    this.#durations = durations;
    this.#pool = new LimitPool(limits);
    this.#limitIds = limitIdsOf(plan, this.#pool);
    // Who starts first is what a run goes by, which knows the estimates and no observations.
    this.#priority = prioritiesOf(plan);
  }

  /** @throws RefusedError `INVALID_CONCURRENCY` */
  with(concurrency: number): MakespanEstimate {
    return estimateMakespan({
      graph: this.#plan.graph,
      durations: this.#durations,
      priority: this.#priority,
      limitsOf: (task) => this.#limitIds[task] ?? noLimits,
      pool: this.#pool,
      concurrency,
    });
  }

  /** Each limit that some task holds, in the order in which tasks name them first. O(tasks). */
  limitsOf({ limitPeaks }: Pick<MakespanEstimate, 'limitPeaks'>): readonly LimitUse[] {
    const ids = new Set<number>();
    for (const held of this.#limitIds) for (const id of held) ids.add(id);
    return Array.from(ids, (id) => ({
      name: this.#pool.name(id),
      size: this.#pool.size(id),
      peak: limitPeaks.get(id) ?? 0,
    }));
  }
}

const noLimits = new Int32Array(0);
