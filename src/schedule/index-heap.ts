import { IntList } from '../graph/index.ts';

/**
 * A binary heap of small integers which knows where each one stands, so that any of them can be removed or moved in
 * O(log n). `position` maps an integer to its place and may be shared by heaps that never hold the same integer at the
 * same time; -1 means in none of them.
 */
export class IndexHeap {
  readonly #comesBefore: (a: number, b: number) => boolean;
  readonly #position: { [index: number]: number };
  // There may be one for each limit, of few items each.
  readonly #items = new IntList(4);

  constructor(comesBefore: (a: number, b: number) => boolean, position: { [index: number]: number }) {
    this.#comesBefore = comesBefore;
    this.#position = position;
  }

  get length(): number {
    return this.#items.length;
  }

  /** The first item, which must exist. O(1). */
  first(): number {
    return this.#items.at(0);
  }

  push(item: number): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1, item);
  }

  pop(): number {
    const first = this.first();
    this.remove(first);
    return first;
  }

  /** Takes out an item that this heap holds. */
  remove(item: number): void {
    const place = this.#position[item] ?? -1;
    const last = this.#items.pop();
    this.#position[item] = -1;
    if (last === item) return;
    this.#settle(place, last);
  }

  /** Puts an item right whose order changed. */
  update(item: number): void {
    this.#settle(this.#position[item] ?? -1, item);
  }

  #settle(place: number, item: number): void {
    if (place > 0 && this.#comesBefore(item, this.#items.at((place - 1) >> 1))) this.#rise(place, item);
    else this.#sink(place, item);
  }

  #rise(from: number, item: number): void {
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = this.#items.at(parentPlace);
      if (!this.#comesBefore(item, parent)) break;
      this.#put(place, parent);
      place = parentPlace;
    }
    this.#put(place, item);
  }

  #sink(from: number, item: number): void {
    let place = from;
    for (;;) {
      const childPlace = this.#firstChild(place);
      if (childPlace === -1) break;
      const child = this.#items.at(childPlace);
      if (!this.#comesBefore(child, item)) break;
      this.#put(place, child);
      place = childPlace;
    }
    this.#put(place, item);
  }

  #firstChild(place: number): number {
    const left = 2 * place + 1;
    const right = left + 1;
    if (left >= this.#items.length) return -1;
    if (right >= this.#items.length) return left;
    return this.#comesBefore(this.#items.at(right), this.#items.at(left)) ? right : left;
  }

  #put(place: number, item: number): void {
    this.#items.set(place, item);
    this.#position[item] = place;
  }
}

/** Orders indices by a number each: the higher first, among equals the smaller index. */
export function higherFirst(value: Float64Array): (a: number, b: number) => boolean {
  return (a, b) => {
    const left = value[a] ?? 0;
    const right = value[b] ?? 0;
    return left === right ? a < b : left > right;
  };
}

/** Orders indices by a number each: the lower first, among equals the smaller index. */
export function lowerFirst(value: Float64Array): (a: number, b: number) => boolean {
  return (a, b) => {
    const left = value[a] ?? 0;
    const right = value[b] ?? 0;
    return left === right ? a < b : left < right;
  };
}

/** A position map for the integers 0..size-1, none of them in a heap. O(size). */
export function positions(size: number): Int32Array {
  return new Int32Array(size).fill(-1);
}
