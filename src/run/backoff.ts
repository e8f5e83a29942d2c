import type { DeclaredTask } from '../workflow/index.ts';

/**
 * How long to wait before the next automatic attempt, in milliseconds; undefined when none is left.
 * `draw` is a number from 0 to below 1: the jitter's luck, drawn by the shell and recorded through the result.
 */
export function backoffMs(retry: DeclaredTask['retry'], attemptsDone: number, draw: number): number | undefined {
  if (attemptsDone >= retry.attemptsMax) return undefined;
  const full = Math.min(retry.backoffMs * retry.backoffFactor ** (attemptsDone - 1), retry.backoffMaxMs);
  return Math.round(full * (1 - retry.jitter * draw));
}
