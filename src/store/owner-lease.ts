import type { OwnerFacts, StoreOwner } from './owner.ts';
import { LeaseLostError } from './refusals.ts';

/** How an owner shows that it is alive. Without a length a lease lasts as long as the process. */
export interface Pace {
  /** For how long an owner that shows no sign of life is taken for alive, in milliseconds. */
  readonly leaseMs?: number;
  /** Pause between two looks for wishes of other processes, in milliseconds. */
  readonly wishPollMs?: number;
}

interface LeaseOptions {
  readonly pace: Pace;
  readonly onWish: (() => void) | undefined;
  readonly hasWishes: () => boolean;
  /** Shows that the owner is alive; false when it was taken for dead and removed. */
  readonly beat: () => Promise<boolean>;
  readonly leave: () => Promise<void>;
}

/** A lease is renewed so many times before it is over. */
const beatsPerLease = 5;

/**
 * One owner's lease. It counts from before a sign of life is written, and others count from when they see it, each on
 * its own monotonic clock: so it is over here before it is over for anybody else.
 */
export class OwnerLease implements StoreOwner {
  readonly id: number;
  readonly pid: number;
  readonly host: string;
  readonly #options: LeaseOptions;
  readonly #leaseMs: number;
  #provenAtMs = performance.now();
  #beating: Promise<boolean> | undefined;
  #isLost = false;
  #beatTimer: NodeJS.Timeout | undefined;
  #wishTimer: NodeJS.Timeout | undefined;
  #leaving: Promise<void> | undefined;

  constructor({ id, pid, host }: OwnerFacts, options: LeaseOptions) {
    this.id = id;
    this.pid = pid;
    this.host = host;
    this.#options = options;
    this.#leaseMs = options.pace.leaseMs ?? Infinity;
  }

  keep(isNeeded: boolean): void {
    const { wishPollMs } = this.#options.pace;
    if (!isNeeded || this.#leaving) {
      clearInterval(this.#beatTimer);
      clearInterval(this.#wishTimer);
      this.#beatTimer = this.#wishTimer = undefined;
      return;
    }
    if (this.#leaseMs !== Infinity && !this.#beatTimer) {
      void this.#beat().catch(() => undefined);
      this.#beatTimer = setInterval(() => void this.#beat().catch(() => undefined), this.#leaseMs / beatsPerLease);
      this.#beatTimer.unref();
    }
    if (wishPollMs !== undefined) this.#wishTimer ??= setInterval(() => this.lookForWishes(), wishPollMs).unref();
  }

  async prove(): Promise<void> {
    if (this.#isLost || this.#leaving) throw new LeaseLostError();
    if (performance.now() - this.#provenAtMs < this.#leaseMs) return;
    if (!(await this.#beat())) throw new LeaseLostError();
  }

  leave(): Promise<void> {
    this.#leaving ??= (async () => {
      this.keep(false);
      await this.#options.leave();
    })();
    return this.#leaving;
  }

  /** Tells the listener when there are any. Never throws: a store that cannot be read is told elsewhere. */
  lookForWishes(): void {
    try {
      if (this.#options.onWish && this.#options.hasWishes()) this.#options.onWish();
    } catch {
      // The next look may find them.
    }
  }

  /** One at a time: while nothing can be written, signs of life must not pile up. */
  #beat(): Promise<boolean> {
    this.#beating ??= this.#writeBeat().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #writeBeat(): Promise<boolean> {
    const startedAtMs = performance.now();
    const isKnown = await this.#options.beat();
    if (isKnown) this.#provenAtMs = startedAtMs;
    else this.#isLost = true;
    return isKnown;
  }
}
