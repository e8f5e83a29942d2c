import { PrecedeError } from '../errors/index.ts';

/** Reads a cell that must exist. Throws `OUT_OF_RANGE` where plain indexing would go on with `undefined`. */
export function intAt(cells: Int32Array, index: number): number {
  return cells[index] ?? outOfRange(index, cells.length);
}

/** Reads a cell that must exist. Throws `OUT_OF_RANGE` where plain indexing would go on with `undefined`. */
export function numberAt(cells: Float64Array, index: number): number {
  return cells[index] ?? outOfRange(index, cells.length);
}

/** A growable list of 32-bit integers, also good as a stack. Adding is amortised O(1): the room doubles. */
export class IntList {
  #cells: Int32Array;
  #length = 0;

  constructor(roomFor = 16) {
    this.#cells = new Int32Array(Math.max(1, roomFor));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#cells.length) this.#grow();
    this.#cells[this.#length] = value;
    this.#length += 1;
  }

  /** Takes the last value off. Throws `OUT_OF_RANGE` when the list is empty. */
  pop(): number {
    const last = this.at(this.#length - 1);
    this.#length -= 1;
    return last;
  }

  at(index: number): number {
    return index < this.#length ? intAt(this.#cells, index) : outOfRange(index, this.#length);
  }

  set(index: number, value: number): void {
    if (index < 0 || index >= this.#length) outOfRange(index, this.#length);
    this.#cells[index] = value;
  }

  /** A copy of exactly the values held. */
  toArray(): Int32Array {
    return this.#cells.slice(0, this.#length);
  }

  #grow(): void {
    const larger = new Int32Array(this.#cells.length * 2);
    larger.set(this.#cells);
    this.#cells = larger;
  }
}

function outOfRange(index: number, length: number): never {
  throw new PrecedeError('OUT_OF_RANGE', {
    message: `Index ${index} is outside a list of ${length}.`,
    details: { index, length },
  });
}
