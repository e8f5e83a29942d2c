import type { Clock } from '../../src/run/index.ts';
import { quiet } from './turns.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
}

/** A clock that stands still until a test moves it. Calls what is due in order of time, then of setting. */
export class VirtualClock implements Clock {
  #wallMs: number;
  #elapsedMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** `startMs` is the wall clock's first instant. */
  constructor(startMs = Date.UTC(2030, 0, 1)) {
    this.#wallMs = startMs;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  utcOffsetMinutes(): number {
    return 480;
  }

  /** As Node's `setTimeout`, traps included: what does not fit in 31 bits, or is no number, is due after 1 ms. */
  after(delayMs: number, call: () => void): () => void {
    const fits = delayMs >= 0 && delayMs <= 2 ** 31 - 1;
    const timer = { atMs: this.#elapsedMs + (fits ? delayMs : 1), order: this.#order++, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, stopping at every timer that comes due until all that follows from it has come to rest. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await quiet();
    for (let next = this.#first(); next && next.atMs <= untilMs; next = this.#first()) {
      this.#passTo(next.atMs);
      this.#timers.delete(next);
      next.call();
      await quiet();
    }
    this.#passTo(untilMs);
  }

  /** Goes to the next timer and calls it; false when none is set. Does not wait for what follows. */
  step(): boolean {
    const next = this.#first();
    if (!next) return false;
    this.#passTo(next.atMs);
    this.#timers.delete(next);
    next.call();
    return true;
  }

  /** Goes to the next instant at which something is due and calls all of it; false when no timer is set. As `step`. */
  stepInstant(): boolean {
    if (!this.step()) return false;
    for (let next = this.#first(); next && next.atMs <= this.#elapsedMs; next = this.#first()) this.step();
    return true;
  }

  /** Somebody sets the wall clock. No time passes. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  #passTo(elapsedMs: number): void {
    this.#wallMs += elapsedMs - this.#elapsedMs;
    this.#elapsedMs = elapsedMs;
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) first = timer;
    }
    return first;
  }
}
