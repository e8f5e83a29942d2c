/** A map that remembers the `sizeMax` entries that were last asked for or set, and forgets the others. O(1) */
export class RecentMap<Key, Value> {
  // A Map keeps its entries in the order in which they were put in: the first is the one that was longest not asked for.
  readonly #entries = new Map<Key, Value>();
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#sizeMax) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  /** Forgets an entry, if it is still this one. */
  delete(key: Key, value: Value): void {
    if (this.#entries.get(key) === value) this.#entries.delete(key);
  }
}
