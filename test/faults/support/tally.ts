import { afterAll } from 'vitest';
import type { Dice } from './dice.ts';
import { tellFigures } from './figures.ts';

/** Counts what went well and what did not, told in one line when the file has ended, with the seed that repeats it. */
export class Tally {
  #passed = 0;
  #failed = 0;

  constructor(name: string, dice: Dice) {
    afterAll(() => {
      tellFigures({ name, passed: this.#passed, failed: this.#failed, details: `PRECEDE_SEED=${dice.seed}` });
    });
  }

  /** Runs a piece of a test that stands for so many cases; what it throws is counted and thrown on. */
  async count<Result>(cases: number, piece: () => Promise<Result>): Promise<Result> {
    try {
      const result = await piece();
      this.#passed += cases;
      return result;
    } catch (error) {
      this.#failed += cases;
      throw error;
    }
  }
}
