/**
 * Reads for many at once: what is asked for in one turn of the event loop is read together at its end. So each answer is
 * of an instant after its question, and a hundred questions cost one read.
 */
export class BatchedReads<Key, Value> {
  readonly #read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>;
  #keys = new Set<Key>();
  #next: Promise<ReadonlyMap<Key, Value>> | undefined;

  constructor(read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>) {
    this.#read = read;
  }

  /** What stands under a key; undefined when nothing does. Rejects as the read does. */
  async valueOf(key: Key): Promise<Value | undefined> {
    this.#keys.add(key);
    this.#next ??= this.#atEndOfTurn();
    return (await this.#next).get(key);
  }

  #atEndOfTurn(): Promise<ReadonlyMap<Key, Value>> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        const keys = [...this.#keys];
        this.#keys = new Set();
        this.#next = undefined;
        this.#read(keys).then(resolve, reject);
      });
    });
  }
}
