import type { Span } from './needle-index.ts';

/** A text without its line breaks, and where its stretches stand in the original. */
export interface Unwrapped {
  readonly text: string;
  /** The original's stretch from the first to the last character of one that is not empty. O(log breaks). */
  originOf(span: Span): Span;
}

/** Line breaks as they are or escaped, with the indentation behind them. */
const lineBreak = /(?:[\r\n]|\\{1,4}[rn])[ \t]*/g;

/**
 * Takes the line breaks out of a text, because encoders wrap what they encode; `undefined` when there are none. O(length).
 */
export function unwrap(text: string): Unwrapped | undefined {
  const parts: string[] = [];
  const starts: number[] = [];
  const shifts: number[] = [];
  let from = 0;
  let length = 0;
  const keep = (end: number): void => {
    if (end === from) return;
    parts.push(text.slice(from, end));
    starts.push(length);
    shifts.push(from - length);
    length += end - from;
  };
  for (const match of text.matchAll(lineBreak)) {
    keep(match.index);
    from = match.index + match[0].length;
  }
  if (from === 0) return undefined;
  keep(text.length);
  const origin = (at: number): number => at + (shifts[lastAtMost(starts, at)] ?? 0);
  return { text: parts.join(''), originOf: ({ start, end }) => ({ start: origin(start), end: origin(end - 1) + 1 }) };
}

/** Index of the last of some ascending numbers that is not above a limit. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
