/** A stretch of a text: from `start`, up to and without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every needle is at least this long: the index looks at that many characters at once. */
export const needleLengthMin = 4;

const hashes = 0x1_00_00;

/**
 * Finds any number of fixed texts in one pass. Overlapping finds are all found, which a regular expression would not do.
 * A search is O(length) plus what is spent comparing where the first four characters of a needle stand.
 */
export class NeedleIndex {
  readonly #mayStart = new Uint8Array(hashes);
  readonly #byHash = new Map<number, string[]>();

  /** Adds a needle of at least four characters; shorter ones are ignored. */
  add(needle: string): void {
    if (needle.length < needleLengthMin) return;
    const hash = hashAt(needle, 0);
    const bucket = this.#byHash.get(hash) ?? [];
    if (bucket.includes(needle)) return;
    this.#mayStart[hash] = 1;
    this.#byHash.set(
      hash,
      [...bucket, needle].toSorted((a, b) => b.length - a.length),
    );
  }

  /** What any needle covers: ascending stretches that neither overlap nor touch within one find. */
  spans(text: string): Span[] {
    const spans: Span[] = [];
    const last = text.length - needleLengthMin;
    for (let start = 0; start <= last; start += 1) {
      const hash = hashAt(text, start);
      if (this.#mayStart[hash] === 0) continue;
      const needle = this.#byHash.get(hash)?.find((candidate) => text.startsWith(candidate, start));
      if (needle !== undefined) cover(spans, { start, end: start + needle.length });
    }
    return spans;
  }
}

/** Adds a stretch that starts at or after the last one, melting the two when they overlap. */
export function cover(spans: Span[], next: Span): void {
  const last = spans.at(-1);
  if (last === undefined || next.start >= last.end) spans.push(next);
  else if (next.end > last.end) spans[spans.length - 1] = { start: last.start, end: next.end };
}

function hashAt(text: string, at: number): number {
  const first = text.charCodeAt(at) * 31 + text.charCodeAt(at + 1);
  const second = text.charCodeAt(at + 2) * 31 + text.charCodeAt(at + 3);
  return (first * 961 + second) & (hashes - 1);
}
