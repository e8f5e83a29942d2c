import { higherFirst, IndexHeap, positions } from './index-heap.ts';
import type { LimitPool } from './limit-pool.ts';

/** What a queue of ready tasks needs to know about them. */
export interface StartQueueParts {
  readonly size: number;
  /** Higher starts first, among equals the smaller index. */
  readonly priority: Float64Array;
  /** The limits a task holds while it runs, as ids of the pool. Asked once a task, and must not change. */
  readonly limitsOf: (task: number) => Int32Array;
  readonly pool: LimitPool;
  /** Called when another holder of the pool made room for something that waits here. */
  readonly onRoom: (() => void) | undefined;
}

/** The tasks that hold the same limits: they can start at the same times, so they wait together. */
interface Group {
  readonly index: number;
  readonly ids: Int32Array;
  readonly tasks: IndexHeap;
  /** The full limit this group waits for; -1 while it is among the open groups, or empty. */
  waitsFor: number;
  /** The limit that had room when this group was brought back, until somebody looked whether it can start; else -1. */
  wokenBy: number;
}

/**
 * The ready tasks in the order they may start. A group of tasks that meets a full limit is put aside and looked at
 * again only when that limit has room: one group a time, the best first, and the next one as soon as that was looked
 * at. So a task costs O(log n), and as long as a limit has room its best group is always among the open ones.
 */
export class StartQueue {
  #length = 0;
  #isReleasing = false;
  readonly #pool: LimitPool;
  readonly #parts: StartQueueParts;
  readonly #groups: Group[] = [];
  readonly #groupByLimits = new Map<string, Group>();
  readonly #groupOf: Int32Array;
  readonly #comesBefore: (a: number, b: number) => boolean;
  readonly #taskPosition: Int32Array;
  readonly #groupPosition: number[] = [];
  /** The first task of each group that has any: what groups are compared by, again and again. */
  readonly #bestOf: number[] = [];
  readonly #open: IndexHeap;
  readonly #waiting = new Map<number, IndexHeap>();
  readonly #subscriptions = new Map<number, () => void>();

  constructor(parts: StartQueueParts) {
    this.#parts = parts;
    this.#pool = parts.pool;
    this.#groupOf = positions(parts.size);
    this.#taskPosition = positions(parts.size);
    this.#comesBefore = higherFirst(parts.priority);
    this.#open = this.#groupHeap();
  }

  /** How many tasks wait for a start, those behind a full limit included. */
  get length(): number {
    return this.#length;
  }

  add(task: number): void {
    const group = this.#groupFor(task);
    group.tasks.push(task);
    this.#bestOf[group.index] = group.tasks.first();
    this.#length += 1;
    if (group.tasks.length === 1) this.#open.push(group.index);
    else if (group.waitsFor !== -1 && this.#pool.hasRoom(group.waitsFor)) this.#wake(group);
    else this.#heapOf(group).update(group.index);
  }

  remove(task: number): void {
    const group = this.#groupFor(task);
    group.tasks.remove(task);
    this.#taken(group);
  }

  /** The best task whose limits all have room, which it then holds; -1 when there is none. */
  take(): number {
    const group = this.#firstStartable();
    if (!group) return -1;
    this.#pool.tryAcquire(group.ids);
    const task = group.tasks.pop();
    this.#taken(group);
    return task;
  }

  hasStartable(): boolean {
    return this.#firstStartable() !== undefined;
  }

  /** Gives back the limits of a task that was taken. */
  release(task: number): void {
    this.#isReleasing = true;
    try {
      this.#pool.release(this.#groupFor(task).ids);
    } finally {
      this.#isReleasing = false;
    }
  }

  limitsOf(task: number): Int32Array {
    return this.#groupFor(task).ids;
  }

  /** Stops listening to the pool. Safe twice. */
  dispose(): void {
    for (const unsubscribe of this.#subscriptions.values()) unsubscribe();
    this.#subscriptions.clear();
  }

  #firstStartable(): Group | undefined {
    while (this.#open.length > 0) {
      const group = this.#groups[this.#open.first()];
      if (!group) return undefined;
      const full = this.#pool.firstFull(group.ids);
      if (full === -1) return group;
      this.#park(group, full);
    }
    return undefined;
  }

  #park(group: Group, full: number): void {
    this.#open.remove(group.index);
    group.waitsFor = full;
    this.#waitingFor(full).push(group.index);
    this.#lookedAt(group);
  }

  /** A task left the group: puts the group where it now belongs. */
  #taken(group: Group): void {
    this.#length -= 1;
    const heap = this.#heapOf(group);
    if (group.tasks.length > 0) {
      this.#bestOf[group.index] = group.tasks.first();
      heap.update(group.index);
    } else {
      heap.remove(group.index);
      this.#forgetIfEmpty(group.waitsFor);
      group.waitsFor = -1;
    }
    this.#lookedAt(group);
  }

  /** The limit that brought this group back may have room for another one. */
  #lookedAt(group: Group): void {
    const limit = group.wokenBy;
    group.wokenBy = -1;
    if (limit !== -1) this.#wakeNext(limit);
  }

  #wakeNext(limit: number): void {
    const heap = this.#waiting.get(limit);
    if (!heap || heap.length === 0 || !this.#pool.hasRoom(limit)) return;
    const group = this.#groups[heap.first()];
    if (group) this.#wake(group);
  }

  #wake(group: Group): void {
    const limit = group.waitsFor;
    this.#heapOf(group).remove(group.index);
    group.waitsFor = -1;
    group.wokenBy = limit;
    this.#open.push(group.index);
    this.#forgetIfEmpty(limit);
  }

  #heapOf(group: Group): IndexHeap {
    return group.waitsFor === -1 ? this.#open : this.#waitingFor(group.waitsFor);
  }

  #waitingFor(limit: number): IndexHeap {
    const known = this.#waiting.get(limit);
    if (known) return known;
    const heap = this.#groupHeap();
    this.#waiting.set(limit, heap);
    this.#subscriptions.set(
      limit,
      this.#pool.onRoom(limit, (id) => this.#roomIn(id)),
    );
    return heap;
  }

  #forgetIfEmpty(limit: number): void {
    if (this.#waiting.get(limit)?.length !== 0) return;
    this.#waiting.delete(limit);
    this.#subscriptions.get(limit)?.();
    this.#subscriptions.delete(limit);
  }

  #roomIn(limit: number): void {
    this.#wakeNext(limit);
    if (!this.#isReleasing) this.#parts.onRoom?.();
  }

  #groupFor(task: number): Group {
    const known = this.#groups[this.#groupOf[task] ?? -1];
    if (known) return known;
    const ids = this.#parts.limitsOf(task);
    const key = ids.length > 1 ? ids.slice().sort().join() : String(ids[0] ?? '');
    const group = this.#groupByLimits.get(key) ?? this.#newGroup(ids, key);
    this.#groupOf[task] = group.index;
    return group;
  }

  #newGroup(ids: Int32Array, key: string): Group {
    const tasks = new IndexHeap(this.#comesBefore, this.#taskPosition);
    const group: Group = { index: this.#groups.length, ids, tasks, waitsFor: -1, wokenBy: -1 };
    this.#groups.push(group);
    this.#groupByLimits.set(key, group);
    return group;
  }

  #groupHeap(): IndexHeap {
    const best = this.#bestOf;
    return new IndexHeap((a, b) => this.#comesBefore(best[a] ?? -1, best[b] ?? -1), this.#groupPosition);
  }
}
