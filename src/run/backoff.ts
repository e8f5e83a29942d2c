import type { DeclaredTask } from '../workflow/index.ts';

/**
 * How long to wait before the next automatic attempt, in milliseconds; undefined when none is left.
 * `draw` is a number from 0 to below 1: the jitter's luck, drawn by the shell and recorded through the result.
 */
export function backoffMs(retry: DeclaredTask['retry'], attemptsDone: number, draw: number): number | undefined {
  if (attemptsDone >= retry.attemptsMax) return undefined;
  // The power may be infinite, and 0 times that is no number.
  const factor = Math.min(retry.backoffFactor ** (attemptsDone - 1), Number.MAX_VALUE);
  const full = Math.min(retry.backoffMs * factor, retry.backoffMaxMs);
  return Math.round(full * (1 - retry.jitter * draw));
}
