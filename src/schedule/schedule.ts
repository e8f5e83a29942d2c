import { PrecedeError } from '../errors/index.ts';
import { downstreamsOf, intAt, upstreamCounts } from '../graph/index.ts';
import type { Digraph } from '../graph/index.ts';
import type { LimitPool } from './limit-pool.ts';
import { StartQueue } from './start-queue.ts';

/** What a schedule is made from. */
export interface ScheduleOptions {
  readonly graph: Digraph;
  /** One number a task: the higher starts first, among equals the smaller index. */
  readonly priority: Float64Array;
  /** The limits a task holds while it runs, as distinct ids of the pool. Must always give the same. @default none */
  readonly limitsOf?: ((task: number) => Int32Array) | undefined;
  /** The limits, shared with other schedules. */
  readonly pool: LimitPool;
  /** Whether a task is already done, for a run that is taken up again. @default none is */
  readonly settled?: ((task: number) => boolean) | undefined;
  /**
   * Called when another schedule made room in a limit that a task here waits for: `take` may now give a task. Never
   * called from within a method of this schedule. It must not throw.
   */
  readonly onRoom?: (() => void) | undefined;
}

/** Where a task stands, as far as starting is concerned. */
const pending = 0;
const queued = 1;
const taken = 2;
const idle = 3;
const settled = 4;

const standings = ['pending', 'queued', 'taken', 'idle', 'settled'] as const;

const none: readonly number[] = Object.freeze([]);
const noLimits = new Int32Array(0);

/**
 * Says which task may start next. Knows upstreams, priorities and limits, and neither clocks nor slots: whoever has a
 * slot asks `take`. A task is pending (upstreams are not all settled), queued (ready, waiting for a start), taken
 * (running, holding its limits), idle (ready but not to be started) or settled. A call that does not fit where the
 * task stands throws `SCHEDULE_MISUSE` and changes nothing.
 */
export class Schedule {
  readonly #graph: Digraph;
  readonly #pool: LimitPool;
  readonly #queue: StartQueue;
  readonly #standing: Uint8Array;
  readonly #upstreamsLeft: Int32Array;
  #takenCount = 0;
  #settledCount = 0;

  /** Queues every task whose upstreams are all settled. O(V + E + n log n) for n ready tasks. */
  constructor(options: ScheduleOptions) {
    const { graph, priority, pool, limitsOf = () => noLimits, onRoom } = options;
    this.#graph = graph;
    this.#pool = pool;
    this.#queue = new StartQueue({ size: graph.size, priority, limitsOf, pool, onRoom });
    this.#standing = new Uint8Array(graph.size);
    this.#upstreamsLeft = upstreamCounts(graph);
    if (options.settled) this.#adopt(options.settled);
    for (let task = 0; task < graph.size; task += 1) {
      if (this.#standing[task] === pending && this.#upstreamsLeft[task] === 0) this.#enqueue(task);
    }
  }

  /** How many ready tasks wait for a start, those behind a full limit included. O(1). */
  ready(): number {
    return this.#queue.length;
  }

  /** How many tasks were taken and not released yet. O(1). */
  taken(): number {
    return this.#takenCount;
  }

  /** How many tasks are settled. O(1). */
  settled(): number {
    return this.#settledCount;
  }

  /** Whether `take` would give a task now. Amortised O(log n). */
  hasStartable(): boolean {
    return this.#queue.hasStartable();
  }

  /** The best ready task whose limits all have room; it now holds them. -1 when there is none. Amortised O(log n). */
  take(): number {
    const task = this.#queue.take();
    if (task === -1) return -1;
    this.#standing[task] = taken;
    this.#takenCount += 1;
    return task;
  }

  /** The task runs already, as after a crash: it is taken, and holds its limits whether they have room or not. O(log n). */
  hold(task: number): void {
    this.#require(task, 'hold', [pending, queued, idle]);
    if (this.#standing[task] === queued) this.#queue.remove(task);
    this.#standing[task] = taken;
    this.#takenCount += 1;
    this.#pool.acquireAnyway(this.#queue.limitsOf(task));
  }

  /** The attempt of a taken task has really ended: gives back its limits. The task is idle until settled or offered. */
  release(task: number): void {
    this.#require(task, 'release', [taken]);
    this.#standing[task] = idle;
    this.#takenCount -= 1;
    this.#queue.release(task);
  }

  /**
   * The task is done as far as its downstreams care (SUCCESS or SKIPPED): queues those that became ready, and returns
   * them in ascending order. A taken task is released first, by the caller. O(downstreams), O(log n) per newly ready.
   */
  settle(task: number): readonly number[] {
    this.#require(task, 'settle', [pending, queued, idle]);
    if (this.#standing[task] === queued) this.#queue.remove(task);
    this.#standing[task] = settled;
    this.#settledCount += 1;
    let newlyReady: number[] | undefined;
    for (const downstream of downstreamsOf(this.#graph, task)) {
      if (!this.#isLastFor(downstream)) continue;
      this.#enqueue(downstream);
      newlyReady ??= [];
      newlyReady.push(downstream);
    }
    return newlyReady ?? none;
  }

  /** The task is to be started again, now: a retry, or its backoff is over. Only for an idle task. O(log n). */
  offer(task: number): void {
    this.#require(task, 'offer', [idle]);
    this.#enqueue(task);
  }

  /** Takes a queued task out of the queue (cancelled, or waiting for a backoff): it is idle. False if it was not queued. O(log n). */
  withdraw(task: number): boolean {
    this.#require(task, 'withdraw', [pending, queued, taken, idle, settled]);
    if (this.#standing[task] !== queued) return false;
    this.#queue.remove(task);
    this.#standing[task] = idle;
    return true;
  }

  /** How many upstreams of the task are not settled yet; an edge given twice counts twice. O(1). */
  upstreamsLeft(task: number): number {
    return intAt(this.#upstreamsLeft, task);
  }

  /** Whether the task is ready and waits for a start. O(1). */
  isQueued(task: number): boolean {
    return this.#standing[task] === queued;
  }

  /** The name of a full limit that keeps a queued task from starting; `undefined` when none does. O(limits of it). */
  blockedBy(task: number): string | undefined {
    if (!this.isQueued(task)) return undefined;
    const full = this.#pool.firstFull(this.#queue.limitsOf(task));
    return full === -1 ? undefined : this.#pool.name(full);
  }

  /** The taken tasks of this schedule that hold a limit, ascending. O(V): for answering people, not for scheduling. */
  holdersOf(limit: string): readonly number[] {
    const id = this.#pool.slotFor(limit);
    const holders: number[] = [];
    for (const [task, standing] of this.#standing.entries()) {
      if (standing === taken && this.#queue.limitsOf(task).includes(id)) holders.push(task);
    }
    return holders;
  }

  /** Stops listening to the pool: to be called when the run is over. Held limits stay held until released. Safe twice. */
  dispose(): void {
    this.#queue.dispose();
  }

  #adopt(isSettled: (task: number) => boolean): void {
    for (let task = 0; task < this.#graph.size; task += 1) {
      if (!isSettled(task)) continue;
      this.#standing[task] = settled;
      this.#settledCount += 1;
      for (const downstream of downstreamsOf(this.#graph, task)) this.#isLastFor(downstream);
    }
  }

  /** Counts one upstream of the task as settled; true when that made the task ready. */
  #isLastFor(task: number): boolean {
    const left = intAt(this.#upstreamsLeft, task) - 1;
    this.#upstreamsLeft[task] = left;
    return left === 0 && this.#standing[task] === pending;
  }

  #enqueue(task: number): void {
    this.#standing[task] = queued;
    this.#queue.add(task);
  }

  #require(task: number, call: string, allowed: readonly number[]): void {
    const standing = this.#standing[task];
    if (standing !== undefined && allowed.includes(standing)) return;
    const stands = standing === undefined ? 'not in the graph' : (standings[standing] ?? 'unknown');
    throw new PrecedeError('SCHEDULE_MISUSE', {
      message: `Task ${task} cannot ${call}: it is ${stands}.`,
      next: 'This is a fault in the program that drives the schedule.',
      details: { task, call, standing: stands },
    });
  }
}
