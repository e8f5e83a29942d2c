import type { Problem } from '../errors/index.ts';
import { displayName } from '../graph/index.ts';

/** Gives every task its key and finds those that collide. Names are exact: `__proto__` is a name like any other. */
export class TaskKeys {
  readonly #taken = new Set<string>();
  readonly #timesUsed = new Map<string, number>();
  readonly #duplicates = new Set<string>();

  /** The given key, else the name within its lane, then `#2`, `#3` … in declaration order. */
  claim({ name, lane, given }: { name: string; lane: string | undefined; given: string | undefined }): string {
    const key = given ?? this.#nextDefault(lane === undefined ? name : `${lane}/${name}`);
    if (this.#taken.has(key)) this.#duplicates.add(key);
    this.#taken.add(key);
    return key;
  }

  problems(): readonly Problem[] {
    return [...this.#duplicates].map((key) => ({
      code: 'DUPLICATE_KEY',
      message: `More than one task has the key "${displayName(key)}".`,
      next: 'Give each of them a key of its own.',
      details: { key },
    }));
  }

  #nextDefault(base: string): string {
    const times = (this.#timesUsed.get(base) ?? 0) + 1;
    this.#timesUsed.set(base, times);
    return times === 1 ? base : `${base}#${times}`;
  }
}
