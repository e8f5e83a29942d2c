import { inspect } from 'node:util';
import PQueue, { type QueueAddOptions } from 'p-queue';
import { RefusedError } from '../errors/index.ts';
import type { SlotUse } from '../state/index.ts';

const withoutTimeLimit = { timeout: undefined } as unknown as QueueAddOptions;

/** A run, as far as the dispatcher cares: it may have work that can start now. */
export interface WorkSource {
  hasWork(): boolean;
  /** The next piece of work, begun by calling it; undefined when there is none after all. It never rejects. */
  take(): (() => Promise<void>) | undefined;
}

/**
 * Gives slots to runs, in turn. The slots are p-queue's: its own queue holds long-lived lanes that go from task to task;
 * in a queue that the host program passes in every task is one job, so that the queue's other users get their turn.
 * A slot is given back only when the work has really ended.
 */
export class Dispatcher {
  readonly #queue: PQueue;
  readonly #isShared: boolean;
  readonly #sources = new Set<WorkSource>();
  #isJobWaiting = false;
  #busy = 0;
  #isStopped = false;
  #onIdle: (() => void)[] = [];
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(concurrency: number | PQueue) {
    this.#isShared = typeof concurrency !== 'number';
    this.#queue = typeof concurrency === 'number' ? ownQueue(concurrency) : hostQueue(concurrency);
  }

  /** How many tasks run at a time at most: a positive integer or `Infinity`. */
  get size(): number {
    return this.#queue.concurrency;
  }

  /** Slots in use. */
  get busy(): number {
    return this.#busy;
  }

  /** Whether nothing more is started. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** How the slots are used; undefined when one is free. O(1). */
  slotsInUse(): SlotUse | undefined {
    const { concurrency, pending, size: waiting, isPaused } = this.#queue;
    const size = concurrency === Infinity ? {} : { size: concurrency };
    if (!this.#isShared) return this.#busy < concurrency ? undefined : { of: 'engine', inUse: this.#busy, ...size };
    // Jobs that wait although there is room wait for the queue's own rules, such as a rate limit.
    const isFree = !isPaused && pending < concurrency && waiting === 0;
    return isFree ? undefined : { of: 'host-queue', inUse: pending, ...size, waiting, isPaused };
  }

  /** Tells that a source may have work now. O(1). */
  wake(source: WorkSource): void {
    if (this.#isStopped || !source.hasWork()) return;
    this.#sources.add(source);
    this.#ask();
  }

  forget(source: WorkSource): void {
    this.#sources.delete(source);
  }

  /** Starts nothing from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#sources.clear();
  }

  /** Resolves when no work is under way. */
  async idle(): Promise<void> {
    if (this.#busy === 0) return;
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** One job at a time waits for a slot; each that finds work asks for the next, so no more wait than can start. */
  #ask(): void {
    if (this.#isJobWaiting || this.#sources.size === 0) return;
    this.#isJobWaiting = true;
    // The queue's own time limit would give the slot back while the work goes on.
    this.#queue
      .add(() => this.#lane(), withoutTimeLimit)
      .catch(() => {
        // Somebody cleared the queue that we share.
        this.#isJobWaiting = false;
        this.#ask();
      });
  }

  async #lane(): Promise<void> {
    // A queue with room begins a job within `add`: each job would begin the next one on top of its own stack.
    await Promise.resolve();
    this.#isJobWaiting = false;
    for (let work = this.#take(); work; work = this.#isShared ? undefined : this.#take()) {
      this.#hold();
      const done = work();
      // Only now, so that what was taken first is also begun first.
      this.#ask();
      await done;
      this.#letGo();
    }
    this.#ask();
  }

  /** Work under way keeps the process alive, even a body that waits for something that never comes. */
  #hold(): void {
    this.#busy += 1;
    this.#keepAlive ??= setInterval(() => undefined, keepAliveMs);
  }

  #letGo(): void {
    this.#busy -= 1;
    if (this.#busy > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #take(): (() => Promise<void>) | undefined {
    for (const source of this.#sources) {
      this.#sources.delete(source);
      const work = source.take();
      if (source.hasWork()) this.#sources.add(source);
      if (work) return work;
    }
    return undefined;
  }
}

/** As long as a timer can be; it only has to be there. */
const keepAliveMs = 2 ** 31 - 1;

function ownQueue(concurrency: number): PQueue {
  if (concurrency === Infinity || (Number.isSafeInteger(concurrency) && concurrency >= 1))
    return new PQueue({ concurrency });
  throw invalidConcurrency(concurrency);
}

function hostQueue(queue: PQueue): PQueue {
  // Programs without types hand in anything, such as a text from the environment.
  if (typeof (queue as Partial<PQueue> | null)?.add === 'function') return queue;
  throw invalidConcurrency(queue);
}

function invalidConcurrency(given: unknown): RefusedError<'INVALID_CONCURRENCY'> {
  const message = `concurrency is ${inspect(given)}; it is a whole number from 1, Infinity, or a p-queue.`;
  return new RefusedError('INVALID_CONCURRENCY', 'The engine cannot be made', [
    { code: 'INVALID_CONCURRENCY', message },
  ]);
}
