import type { Lane, OutputSource } from './declaration.ts';

/**
 * Parts of tasks that many of them have alike, made once and frozen: in a plan of 100,000 tasks over the lanes of a few
 * fan-outs they are a quarter of its memory. Each call is O(1).
 */
export class SharedParts {
  readonly #lanes: Lane[] = [];
  readonly #limits = new Map<string, readonly string[]>();
  readonly #sources = new Map<number, readonly OutputSource[]>();

  /** The lane of a fan-out; the same one for the lanes of all fan-outs that have this key in this place. */
  lane(key: string, index: number): Lane {
    const known = this.#lanes[index];
    if (known?.key === key) return known;
    return (this.#lanes[index] = Object.freeze({ key, index }));
  }

  /** A list of limits. */
  limits(names: readonly string[]): readonly string[] {
    const [name] = names;
    if (name === undefined) return none;
    if (names.length > 1) return Object.freeze([...names]);
    const known = this.#limits.get(name) ?? Object.freeze([name]);
    this.#limits.set(name, known);
    return known;
  }

  /** A list of sources that holds nothing but the output of one task. */
  source(task: number): readonly OutputSource[] {
    const known = this.#sources.get(task) ?? Object.freeze([Object.freeze({ task })]);
    this.#sources.set(task, known);
    return known;
  }
}

const none: readonly string[] = Object.freeze([]);
