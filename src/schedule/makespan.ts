import { PrecedeError, RefusedError } from '../errors/index.ts';
import { criticalPath, numberAt, requireDurations, topologicalOrder } from '../graph/index.ts';
import type { Digraph } from '../graph/index.ts';
import { IndexHeap, lowerFirst, positions } from './index-heap.ts';
import { LimitPool } from './limit-pool.ts';
import { Schedule } from './schedule.ts';

/** What an estimate is made from. */
export interface MakespanOptions {
  readonly graph: Digraph;
  /** How long each task takes, in any unit: finite, not negative. */
  readonly durations: Float64Array;
  /** Higher starts first. @default the heaviest path from the task to the end, by `durations` */
  readonly priority?: Float64Array | undefined;
  /** The limits of each task as ids of `pool`. @default none */
  readonly limitsOf?: ((task: number) => Int32Array) | undefined;
  /** Only the sizes of its limits count: what is in use there does not, and nothing is taken from it. */
  readonly pool?: LimitPool | undefined;
  /** How many tasks run at a time: a positive integer or `Infinity`. */
  readonly concurrency: number;
  /** What is done already and takes no time. @default nothing */
  readonly settled?: ((task: number) => boolean) | undefined;
  /** What does not start, nor does anything behind it. @default nothing */
  readonly held?: ((task: number) => boolean) | undefined;
}

/** When everything would happen if every task took exactly as long as estimated. */
export interface MakespanEstimate {
  /** From the first start to the last end. */
  readonly makespan: number;
  /** NaN for what does not start; so is its finish. */
  readonly start: Float64Array;
  readonly finish: Float64Array;
  /** The tasks in the order in which they start. */
  readonly startOrder: readonly number[];
  /** The most tasks that run at one time. A task that takes no time counts only while it is being passed. */
  readonly peakConcurrency: number;
  /** The most tasks that hold each limit at one time, by its id in `pool`; only limits that a started task holds. */
  readonly limitPeaks: ReadonlyMap<number, number>;
}

/**
 * Plays the run through with the very `Schedule` that a real run uses: a task starts as soon as its own upstreams are
 * done and a slot and its limits have room. Throws a `RefusedError` with the code `INVALID_CONCURRENCY`, or
 * `INVALID_DURATION`, or `CYCLE`. O((V + E) log V).
 */
export function estimateMakespan(options: MakespanOptions): MakespanEstimate {
  requireConcurrency(options.concurrency);
  requireDurations(options.graph, options.durations);
  const order = topologicalOrder(options.graph);
  if (!order) throw new PrecedeError('CYCLE', { message: 'A graph with a cycle never ends.' });
  const { graph, durations, limitsOf } = options;
  const priority = options.priority ?? criticalPath(graph, order, durations).tail;
  const pool = options.pool?.emptyCopy() ?? new LimitPool();
  const schedule = new Schedule({ graph, priority, limitsOf, pool, settled: options.settled });
  for (let task = 0; task < graph.size; task += 1) if (options.held?.(task)) schedule.withdraw(task);
  return new Playthrough(options, { schedule, pool }).estimate();
}

class Playthrough {
  readonly #schedule: Schedule;
  readonly #pool: LimitPool;
  readonly #limitsOf: (task: number) => Int32Array;
  readonly #limitPeaks = new Map<number, number>();
  readonly #durations: Float64Array;
  readonly #concurrency: number;
  readonly #start: Float64Array;
  readonly #finish: Float64Array;
  readonly #running: IndexHeap;
  readonly #startOrder: number[] = [];
  #peakConcurrency = 0;

  constructor(
    { graph, durations, concurrency, limitsOf = () => noLimits }: MakespanOptions,
    { schedule, pool }: { readonly schedule: Schedule; readonly pool: LimitPool },
  ) {
    this.#schedule = schedule;
    this.#pool = pool;
    this.#limitsOf = limitsOf;
    this.#durations = durations;
    this.#concurrency = concurrency;
    this.#start = new Float64Array(graph.size).fill(Number.NaN);
    this.#finish = new Float64Array(graph.size).fill(Number.NaN);
    this.#running = new IndexHeap(lowerFirst(this.#finish), positions(graph.size));
  }

  estimate(): MakespanEstimate {
    let now = 0;
    this.#startAll(now);
    while (this.#running.length > 0) {
      now = numberAt(this.#finish, this.#running.first());
      this.#endAll(now);
      this.#startAll(now);
    }
    return {
      makespan: now,
      start: this.#start,
      finish: this.#finish,
      startOrder: this.#startOrder,
      peakConcurrency: this.#peakConcurrency,
      limitPeaks: this.#limitPeaks,
    };
  }

  /** Whatever ends at the same time ends before anything starts, so that the best of all newly ready tasks starts. */
  #endAll(now: number): void {
    while (this.#running.length > 0 && numberAt(this.#finish, this.#running.first()) <= now) {
      const task = this.#running.pop();
      this.#schedule.release(task);
      this.#schedule.settle(task);
    }
  }

  #startAll(now: number): void {
    while (this.#running.length < this.#concurrency) {
      const task = this.#schedule.take();
      if (task === -1) break;
      this.#startOrder.push(task);
      this.#start[task] = now;
      this.#finish[task] = now + numberAt(this.#durations, task);
      this.#running.push(task);
      this.#countLimits(task);
    }
    this.#peakConcurrency = Math.max(this.#peakConcurrency, this.#running.length);
  }

  #countLimits(task: number): void {
    for (const id of this.#limitsOf(task)) {
      const inUse = this.#pool.inUse(id);
      if (inUse > (this.#limitPeaks.get(id) ?? 0)) this.#limitPeaks.set(id, inUse);
    }
  }
}

const noLimits = new Int32Array(0);

/** @throws RefusedError `INVALID_CONCURRENCY` unless it is a positive integer or `Infinity` */
export function requireConcurrency(concurrency: number, subject = 'The estimate cannot be made'): void {
  if (concurrency === Infinity || (Number.isSafeInteger(concurrency) && concurrency >= 1)) return;
  throw new RefusedError('INVALID_CONCURRENCY', subject, [
    {
      code: 'INVALID_CONCURRENCY',
      message: `The concurrency is ${String(concurrency)}.`,
      next: 'Give a whole number of at least 1, or Infinity.',
    },
  ]);
}
