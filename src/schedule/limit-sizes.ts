import { RefusedError } from '../errors/index.ts';
import type { Problem } from '../errors/index.ts';

/**
 * How large each named limit is: the size given for its exact name, else that of the longest pattern `prefix*` it
 * begins with, else the fallback.
 */
export class LimitSizes {
  readonly #exact = new Map<string, number>();
  readonly #patterns: { readonly prefix: string; readonly size: number }[] = [];
  readonly #fallbackSize: number;

  /** Throws a `RefusedError` with the code `INVALID_LIMIT` unless every size is a positive integer or `Infinity`. */
  constructor(sizes: Readonly<Record<string, number>>, fallbackSize: number) {
    requireSizes([...Object.entries(sizes), ['(any other)', fallbackSize]]);
    this.#fallbackSize = fallbackSize;
    for (const [name, size] of Object.entries(sizes)) {
      if (name.endsWith('*')) this.#patterns.push({ prefix: name.slice(0, -1), size });
      this.#exact.set(name, size);
    }
    this.#patterns.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  sizeOf(name: string): number {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    return this.#patterns.find(({ prefix }) => name.startsWith(prefix))?.size ?? this.#fallbackSize;
  }
}

function requireSizes(sizes: readonly (readonly [string, number])[]): void {
  const problems = sizes.filter(([, size]) => !isSize(size)).map(([name, size]) => sizeProblem(name, size));
  if (problems.length > 0) throw new RefusedError('INVALID_LIMIT', 'The limits cannot be used', problems);
}

function isSize(size: number): boolean {
  return size === Infinity || (Number.isSafeInteger(size) && size >= 1);
}

function sizeProblem(name: string, size: number): Problem {
  return {
    code: 'INVALID_LIMIT',
    message: `The limit "${name}" has the size ${String(size)}.`,
    next: 'Give a whole number of at least 1, or Infinity.',
    details: { name, size: String(size) },
  };
}
