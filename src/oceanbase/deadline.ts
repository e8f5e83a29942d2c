import { RefusedError } from '../errors/index.ts';

/** Why a call was given up: its time was over, or its caller gave up first. */
export type GivenUp = 'TIMEOUT' | 'ABORTED';

/** The end of one call: at most `timeoutMs` away, earlier when the caller's signal aborts. */
export interface Deadline {
  readonly timeoutMs: number;
  /** Aborts once, when the call is to be given up. */
  readonly signal: AbortSignal;
  /** Why the signal aborted; undefined while it has not. */
  givenUp(): GivenUp | undefined;
  /** Milliseconds left on the monotonic clock, at least 0. */
  remainingMs(): number;
  /** Frees the timer and the listener on the caller's signal. Safe twice. */
  close(): void;
}

/** The longest delay a Node timer keeps; a longer one would fire at once. */
const timeoutMsMax = 2 ** 31 - 1;

/** Starts the deadline of one call. Refuses with `TIMEOUT_OUT_OF_RANGE` unless `timeoutMs` is between 1 and 2^31-1. */
export function openDeadline(options: { timeoutMs: number; signal?: AbortSignal | undefined }): Deadline {
  const { timeoutMs, signal } = options;
  refuseTimeoutOutOfRange(timeoutMs);
  const controller = new AbortController();
  const endsAtMs = performance.now() + timeoutMs;
  let reason: GivenUp | undefined;
  const giveUp = (why: GivenUp): void => {
    if (reason !== undefined) return;
    reason = why;
    close();
    controller.abort();
  };
  const onAbort = (): void => {
    giveUp('ABORTED');
  };
  const timer = setTimeout(giveUp, timeoutMs, 'TIMEOUT');
  const close = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    timeoutMs,
    signal: controller.signal,
    givenUp: () => reason,
    remainingMs: () => Math.max(0, endsAtMs - performance.now()),
    close,
  };
}

/**
 * Calls `then` when the signal aborts, at once if it already has. Returns what takes the listener away again.
 */
export function onAborted(signal: AbortSignal, then: () => void): () => void {
  if (signal.aborted) {
    then();
    return () => undefined;
  }
  signal.addEventListener('abort', then, { once: true });
  return () => {
    signal.removeEventListener('abort', then);
  };
}

/**
 * Waits for a promise, but no longer than until the signal aborts; then rejects with what `givenUp` makes.
 * The promise goes on; what it answers later is dropped.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal, givenUp: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = onAborted(signal, () => {
      reject(givenUp());
    });
    promise.then(resolve, reject).finally(stop);
  });
}

function refuseTimeoutOutOfRange(timeoutMs: number): void {
  if (timeoutMs >= 1 && timeoutMs <= timeoutMsMax) return;
  throw new RefusedError('TIMEOUT_OUT_OF_RANGE', 'Deadline', [
    {
      code: 'TIMEOUT_OUT_OF_RANGE',
      message: `A timeout of ${String(timeoutMs)} ms is not between 1 and ${String(timeoutMsMax)}.`,
      next: 'Give a number of milliseconds in that range.',
    },
  ]);
}
