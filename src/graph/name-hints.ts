import { editDistance } from '../errors/index.ts';
import { displayName } from './display-name.ts';

const hintsMax = 10;
const comparedMax = 5_000;
const rankedMax = 20;
const lengthComparedMax = 60;
const distanceMax = 3;

/** Suggests known names where an unknown one was used. The work is bounded for any number of names and questions. */
export class NameHints {
  readonly #names: readonly string[];
  #rankings = 0;

  constructor(names: readonly string[]) {
    this.#names = names.filter((name) => name !== '');
  }

  /**
   * The sentence that lists what could have been meant instead of `unknown`: all known names when they are few, else
   * the ten closest by spelling, else the first ten. `self` is left out.
   */
  sentence(unknown: string, self: string): string {
    const others = self === '' ? this.#names.length : this.#names.length - 1;
    if (others === 0) return 'It contains no other tasks.';
    const shown = this.#shown(unknown, self);
    const left = others - shown.length;
    const more = left > 0 ? `, and ${left} more` : '';
    return `Known tasks: ${shown.map(displayName).join(', ')}${more}.`;
  }

  #shown(unknown: string, self: string): readonly string[] {
    const isRanked = this.#names.length > hintsMax + 1 && this.#rankings < rankedMax;
    const known = this.#names.slice(0, isRanked ? comparedMax : hintsMax + 1).filter((name) => name !== self);
    if (!isRanked) return known.slice(0, hintsMax);
    this.#rankings += 1;
    return known
      .map((name) => ({ name, distance: spellingDistance(name, unknown) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, hintsMax)
      .map(({ name }) => name);
  }
}

/** Letters to change, add or drop, ignoring case; `distanceMax` when one contains the other; one more when far apart. */
function spellingDistance(a: string, b: string): number {
  const left = a.slice(0, lengthComparedMax).toLowerCase();
  const right = b.slice(0, lengthComparedMax).toLowerCase();
  if (Math.abs(left.length - right.length) <= distanceMax) {
    const distance = editDistance(left, right);
    if (distance <= distanceMax) return distance;
  }
  const contains = right !== '' && (left.includes(right) || right.includes(left));
  return contains ? distanceMax : distanceMax + 1;
}
