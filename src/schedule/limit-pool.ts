import { PrecedeError } from '../errors/index.ts';
import { LimitSizes } from './limit-sizes.ts';

/** Called when a limit that was full has room again. It may take from the pool at once; it must not throw. */
export type RoomListener = (id: number) => void;

/** Named limits on how many tasks run at a time, shared by all runs of an engine. A limit is known by a small integer. */
export class LimitPool {
  #sizes: LimitSizes;
  readonly #idOf = new Map<string, number>();
  readonly #names: (string | undefined)[] = [];
  readonly #sizeOf: number[] = [];
  readonly #inUse: number[] = [];
  readonly #freeIds: number[] = [];
  readonly #listeners = new Map<number, Set<RoomListener>>();

  /**
   * `sizes` gives each limit its size by exact name or by a pattern such as `host:*`; the exact name wins, then the
   * longest pattern. A name without a size gets `fallbackSize`. Throws a `RefusedError` with the code `INVALID_LIMIT`
   * unless sizes are positive integers or `Infinity`.
   */
  constructor(sizes: Readonly<Record<string, number>> = {}, fallbackSize = 1) {
    this.#sizes = new LimitSizes(sizes, fallbackSize);
  }

  /** The id of a limit, given out in the order of first asking and kept until `forget`. O(1); O(patterns) the first time. */
  slotFor(name: string): number {
    const known = this.#idOf.get(name);
    if (known !== undefined) return known;
    const id = this.#freeIds.pop() ?? this.#names.length;
    this.#idOf.set(name, id);
    this.#names[id] = name;
    this.#sizeOf[id] = this.#sizes.sizeOf(name);
    this.#inUse[id] = 0;
    return id;
  }

  /** As `slotFor`, for a limit that brings its own size: a positive integer or `Infinity`. */
  sized(name: string, size: number): number {
    const id = this.slotFor(name);
    this.#sizeOf[id] = size;
    return id;
  }

  /**
   * Forgets a limit that only an ended run has used; its id may be given out again. Throws `LIMIT_IN_USE`, changing
   * nothing, when somebody holds it or waits for it. O(1).
   */
  forget(name: string): void {
    const id = this.#idOf.get(name);
    if (id === undefined) return;
    if (this.inUse(id) > 0 || this.#listeners.has(id)) inUseStill(name);
    this.#idOf.delete(name);
    this.#names[id] = undefined;
    this.#freeIds.push(id);
  }

  /** How many limits are known. O(1). */
  get known(): number {
    return this.#idOf.size;
  }

  /** The ids of several limits, ascending, each once: what a task holds while it runs. */
  slotsFor(names: Iterable<string>): Int32Array {
    return Int32Array.from(new Set(Array.from(names, (name) => this.slotFor(name)))).sort();
  }

  /** The name behind an id. */
  name(id: number): string {
    return this.#names[id] ?? unknownLimit(id);
  }

  /** How many may hold the limit at a time: a positive integer or `Infinity`. */
  size(id: number): number {
    return this.#sizeOf[id] ?? unknownLimit(id);
  }

  /** How many hold the limit now. */
  inUse(id: number): number {
    return this.#inUse[id] ?? unknownLimit(id);
  }

  hasRoom(id: number): boolean {
    return this.inUse(id) < this.size(id);
  }

  /** The first of these limits that has no room, or -1. */
  firstFull(ids: Int32Array): number {
    for (const id of ids) if (!this.hasRoom(id)) return id;
    return -1;
  }

  /** Takes one of each limit, or none and answers false. The ids must be distinct, as `slotsFor` gives them. */
  tryAcquire(ids: Int32Array): boolean {
    if (this.firstFull(ids) !== -1) return false;
    requireDistinct(ids);
    for (const id of ids) this.#inUse[id] = this.inUse(id) + 1;
    return true;
  }

  /** Takes one of each limit, room or not: for what holds them already, as after a crash. The ids must be distinct. */
  acquireAnyway(ids: Int32Array): void {
    requireDistinct(ids);
    for (const id of ids) this.#inUse[id] = this.inUse(id) + 1;
  }

  /**
   * Gives one of each limit back, then tells those who wait for a limit that was full. Throws `LIMIT_NOT_HELD`,
   * changing nothing, when one of them is not held.
   */
  release(ids: Int32Array): void {
    if (ids.length === 0) return;
    requireDistinct(ids);
    for (const id of ids) if (this.inUse(id) === 0) notHeld(this.name(id));
    const freed = ids.filter((id) => !this.hasRoom(id));
    for (const id of ids) this.#inUse[id] = this.inUse(id) - 1;
    for (const id of freed) this.#announce(id);
  }

  /**
   * Tells when a limit that was full has room again; returns its own unsubscribe. Who was told first is told last the
   * next time, so that runs take turns.
   */
  onRoom(id: number, listener: RoomListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  /** A pool with the same ids and sizes of which nothing is held: for estimates. O(limits). */
  emptyCopy(): LimitPool {
    const copy = new LimitPool();
    copy.#sizes = this.#sizes;
    for (const [id, name] of this.#names.entries()) {
      if (name !== undefined) copy.#idOf.set(name, id);
      copy.#names.push(name);
      copy.#sizeOf.push(this.size(id));
      copy.#inUse.push(0);
    }
    copy.#freeIds.push(...this.#freeIds);
    return copy;
  }

  #announce(id: number): void {
    const listeners = this.#listeners.get(id);
    if (!listeners) return;
    const told = [...listeners];
    const [first] = told;
    if (first && told.length > 1) {
      listeners.delete(first);
      listeners.add(first);
    }
    for (const listener of told) {
      if (!this.hasRoom(id)) return;
      if (listeners.has(listener)) listener(id);
    }
  }
}

function requireDistinct(ids: Int32Array): void {
  for (let at = 1; at < ids.length; at += 1) {
    if (ids.indexOf(ids[at] ?? -1) === at) continue;
    throw new PrecedeError('INVALID_LIMIT', {
      message: `A task names the limit ${String(ids[at])} twice.`,
      next: 'Intern the names of a task with slotsFor, which leaves duplicates out.',
    });
  }
}

function inUseStill(name: string): never {
  throw new PrecedeError('LIMIT_IN_USE', {
    message: `The limit "${name}" is to be forgotten, but somebody holds it or waits for it.`,
    next: 'This is a fault in the program that uses the pool: forget a limit after its last user has ended.',
    details: { name },
  });
}

function notHeld(name: string): never {
  throw new PrecedeError('LIMIT_NOT_HELD', {
    message: `The limit "${name}" is given back, but nothing holds it.`,
    next: 'This is a fault in the program that uses the pool: give back exactly what was taken.',
    details: { name },
  });
}

function unknownLimit(id: number): never {
  throw new PrecedeError('UNKNOWN_LIMIT', { message: `There is no limit with the id ${id}.`, details: { id } });
}
