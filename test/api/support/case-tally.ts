import { afterAll } from 'vitest';
import { tellFigures } from '../../faults/support/figures.ts';

/** Counts the cases of a file that went well and those that did not; told in one line when the file has ended. */
export class CaseTally {
  readonly #failures: string[] = [];
  readonly #details: string[] = [];
  #passed = 0;

  constructor(name: string) {
    afterAll(() => {
      const details = this.#details.join('; ');
      const failed = this.#failures.length;
      tellFigures({ name, passed: this.#passed, failed, ...(details === '' ? {} : { details }) });
    });
  }

  /** Counts one case; what is wrong with it, if anything is. */
  count(problem: string | undefined): void {
    if (problem === undefined) this.#passed += 1;
    else this.#failures.push(problem);
  }

  /** Runs a piece of a test that is one case; what it throws is counted and thrown on. */
  async piece<Result>(piece: () => Result | Promise<Result>): Promise<Result> {
    try {
      const result = await piece();
      this.count(undefined);
      return result;
    } catch (error) {
      this.count(String(error));
      throw error;
    }
  }

  /** Says something more in the line, such as a figure that was measured or the seed that repeats it. */
  detail(text: string): void {
    this.#details.push(text);
  }

  /** The first few failures, for an assertion that shows them. */
  get failures(): readonly string[] {
    return this.#failures.slice(0, 20);
  }
}
