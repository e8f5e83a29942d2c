import { addressGroup } from './address-group.ts';
import { RecentMap } from './recent-map.ts';

/** How many attempts may fail, and how many addresses are remembered. */
export interface BudgetLimits {
  readonly failuresMax: number;
  readonly windowMs: number;
  readonly addressesMax: number;
}

/** An attempt that has begun; to be ended once. */
export interface Attempt {
  /** It failed: the address has that much less for one window. */
  readonly failed: () => void;
  /** It did not: as if it had never been. */
  readonly forgiven: () => void;
}

interface Tally {
  /** When attempts failed within the last window, oldest first. */
  failedAtMs: readonly number[];
  underWay: number;
}

/** Attempts under way end by themselves, nobody knows when. */
const underWayRetryMs = 1_000;

/** How often each address may still try. Attempts under way count as if they had failed. Addresses as `addressGroup`. */
export class FailureBudget {
  readonly #tallies: RecentMap<string, Tally>;
  readonly #limits: BudgetLimits;
  readonly #nowMs: () => number;

  constructor(limits: BudgetLimits, nowMs: () => number) {
    this.#tallies = new RecentMap(limits.addressesMax);
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** How long the address has to wait before its next attempt, in milliseconds; 0 when it need not. */
  waitMs(address: string): number {
    const tally = this.#tallies.get(addressGroup(address));
    return tally ? this.#waitOf(tally) : 0;
  }

  /** Begins an attempt; undefined when the address has to wait. */
  begin(address: string): Attempt | undefined {
    const group = addressGroup(address);
    const tally = this.#tallies.get(group) ?? { failedAtMs: [], underWay: 0 };
    if (this.#waitOf(tally) > 0) return undefined;
    tally.underWay += 1;
    this.#tallies.set(group, tally);
    return {
      failed: () => {
        tally.underWay -= 1;
        tally.failedAtMs = [...this.#recentOf(tally), this.#nowMs()];
      },
      forgiven: () => {
        tally.underWay -= 1;
        // Those who only succeed do not push those who fail out of memory.
        if (tally.underWay === 0 && this.#recentOf(tally).length === 0) this.#tallies.delete(group, tally);
      },
    };
  }

  #waitOf(tally: Tally): number {
    const { failuresMax, windowMs } = this.#limits;
    const recent = this.#recentOf(tally);
    if (recent.length + tally.underWay < failuresMax) return 0;
    const [oldest] = recent;
    return oldest === undefined ? underWayRetryMs : oldest + windowMs - this.#nowMs();
  }

  #recentOf({ failedAtMs }: Tally): readonly number[] {
    const sinceMs = this.#nowMs() - this.#limits.windowMs;
    return failedAtMs.filter((atMs) => atMs > sinceMs);
  }
}
