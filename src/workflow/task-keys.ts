import type { Problem } from '../errors/index.ts';
import { displayName } from '../graph/index.ts';

/** Gives every task its key and finds those that collide. Names are exact: `__proto__` is a name like any other. */
export class TaskKeys {
  /** Every key, with how often it was the default one; 0 where it is none. */
  readonly #timesUsed = new Map<string, number>();
  readonly #duplicates = new Set<string>();

  /** The given key, else the name within its lane, then `#2`, `#3` … in declaration order. */
  claim({ name, lane, given }: { name: string; lane: string | undefined; given: string | undefined }): string {
    if (given !== undefined) return this.#taken(given);
    const base = lane === undefined ? name : `${lane}/${name}`;
    const before = this.#timesUsed.get(base);
    if (before === 0) this.#duplicates.add(base);
    const times = (before ?? 0) + 1;
    this.#timesUsed.set(base, times);
    return times === 1 ? base : this.#taken(`${base}#${times}`);
  }

  problems(): readonly Problem[] {
    return [...this.#duplicates].map((key) => ({
      code: 'DUPLICATE_KEY',
      message: `More than one task has the key "${displayName(key)}".`,
      next: 'Give each of them a key of its own.',
      details: { key },
    }));
  }

  #taken(key: string): string {
    if (this.#timesUsed.has(key)) this.#duplicates.add(key);
    else this.#timesUsed.set(key, 0);
    return key;
  }
}
