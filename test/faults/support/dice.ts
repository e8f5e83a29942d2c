import { randomInt } from 'node:crypto';
import process from 'node:process';

/** Random numbers that are the same for the same seed (mulberry32). */
export class Dice {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

/** Dice with the seed `PRECEDE_SEED`, or a drawn one. */
export function throwDice(): Dice {
  const given = process.env['PRECEDE_SEED'];
  return new Dice(given === undefined ? randomInt(2 ** 31) : Number(given));
}

/** How many of something there are: the number in this environment variable, else the usual one. */
export function sizeOf(variable: string, usual: number): number {
  const given = Number(process.env[variable] ?? usual);
  return Number.isInteger(given) && given > 0 ? given : usual;
}
