import type { Clock } from './clock.ts';

/** A timer in Node fires at once when its delay does not fit in 31 bits. */
const delayMaxMs = 2 ** 31 - 1;

/** So few cancelled ones are not worth a look. */
const keptMin = 64;

interface Deadline {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
  isCancelled: boolean;
  isInHeap: boolean;
}

/**
 * All waits of an engine on one timer: attempts' time limits and backoffs. Counted on the monotonic clock, so that a
 * jump of the wall clock moves nothing. O(log n) to set, O(1) amortised to cancel; at most as many cancelled ones as
 * others are kept.
 */
export class Deadlines {
  readonly #clock: Clock;
  #heap: Deadline[] = [];
  #cancelledCount = 0;
  #setCount = 0;
  #cancelTimer: (() => void) | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many waits are kept, cancelled ones included. O(1). */
  get size(): number {
    return this.#heap.length;
  }

  /**
   * Calls back once after `delayMs`, never earlier; at once when it is negative, never when it is Infinity. Returns its
   * cancellation, safe to call at any time. `call` must not throw.
   */
  after(delayMs: number, call: () => void): () => void {
    if (Number.isNaN(delayMs)) throw new RangeError('A delay is a number of milliseconds.');
    const deadline: Deadline = {
      atMs: this.#clock.monotonicMs() + Math.max(0, delayMs),
      order: this.#setCount++,
      call,
      isCancelled: false,
      isInHeap: true,
    };
    this.#push(deadline);
    this.#arm();
    return () => {
      this.#cancel(deadline);
    };
  }

  /** Forgets every wait. */
  clear(): void {
    for (const deadline of this.#heap.splice(0)) deadline.isCancelled = true;
    this.#cancelledCount = 0;
    this.#arm();
  }

  #cancel(deadline: Deadline): void {
    if (deadline.isCancelled) return;
    deadline.isCancelled = true;
    if (!deadline.isInHeap) return;
    this.#cancelledCount += 1;
    if (this.#cancelledCount > keptMin && this.#cancelledCount * 2 > this.#heap.length) this.#compact();
    if (this.#heap[0]?.isCancelled || this.#heap.length === 0) this.#arm();
  }

  /** A task that is done long before its time limit would otherwise be remembered until then. */
  #compact(): void {
    // Sorted is a heap too.
    this.#heap = this.#heap.filter((deadline) => !deadline.isCancelled).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#cancelledCount = 0;
    this.#arm();
  }

  #arm(): void {
    while (this.#heap[0]?.isCancelled) {
      this.#pop();
      this.#cancelledCount -= 1;
    }
    const nextAtMs = this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
    if (nextAtMs === this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = nextAtMs;
    if (nextAtMs === Number.POSITIVE_INFINITY) {
      this.#cancelTimer = undefined;
      return;
    }
    const delayMs = Math.min(Math.max(0, Math.ceil(nextAtMs - this.#clock.monotonicMs())), delayMaxMs);
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#fire();
    });
  }

  #fire(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#cancelTimer = undefined;
    const nowMs = this.#clock.monotonicMs();
    const due: Deadline[] = [];
    for (let first = this.#heap[0]; first && first.atMs <= nowMs; first = this.#heap[0]) {
      this.#pop();
      first.isInHeap = false;
      if (first.isCancelled) this.#cancelledCount -= 1;
      else due.push(first);
    }
    this.#arm();
    // One of those before it may have cancelled it.
    for (const deadline of due) if (!deadline.isCancelled) deadline.call();
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap;
    let place = heap.push(deadline) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(deadline, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = deadline;
  }

  #pop(): Deadline {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last) throw new RangeError('No deadline is set.');
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(deadline: Deadline): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const smaller = right && left && isBefore(right, left) ? right : left;
      if (!smaller || !isBefore(smaller, deadline)) break;
      heap[place] = smaller;
      place = 2 * place + (smaller === right ? 2 : 1);
    }
    heap[place] = deadline;
  }
}

function isBefore(a: Deadline, b: Deadline): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
