import { PrecedeError } from '../errors/index.ts';
import { onAborted } from './deadline.ts';
import { isConnectionError } from './database/database-error.ts';
import { isHostConnectionError } from './host/host-session-error.ts';

/** What one look at the world says: the value waited for, or what is still missing. */
export type PollAnswer<T> = { readonly done: T } | { readonly waiting: string };

/** The time that polling goes by; tests give their own. */
export interface PollClock {
  /** Milliseconds on a clock that never jumps. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** What to wait for and how long. */
export interface PollOptions<T> {
  /** What is waited for, for the error: `server 10.0.0.5 to serve`. */
  readonly what: string;
  /** Looks once; must end by itself within about `remainingMs`. Never called while a look is under way. */
  readonly probe: (look: { readonly remainingMs: number; readonly count: number }) => Promise<PollAnswer<T>>;
  /** The pause between two looks, in milliseconds. At least 1; default 1,000. */
  readonly intervalMs?: number | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Errors that mean "not yet". Default: failures of the way to a database or a host. Any other error ends the wait. */
  readonly isNotYet?: ((thrown: unknown) => boolean) | undefined;
  /** Told after each look that did not find it. */
  readonly onWaiting?: ((waiting: string) => void) | undefined;
  readonly clock?: PollClock | undefined;
}

/** What was waited for did not come (`POLL_TIMEOUT`), or the caller gave up (`POLL_ABORTED`). */
export class PollError extends PrecedeError<'POLL_TIMEOUT' | 'POLL_ABORTED'> {}

/**
 * Looks again and again until a look says `done`, and resolves with its value. Rejects with `POLL_TIMEOUT` after
 * `timeoutMs` or `POLL_ABORTED` on abort; both say what the last look was still waiting for.
 */
export async function pollUntil<T>(options: PollOptions<T>): Promise<T> {
  const { clock = systemClock, signal, timeoutMs } = options;
  const intervalMs = Math.max(1, options.intervalMs ?? 1_000);
  const endsAtMs = clock.nowMs() + timeoutMs;
  let waiting = 'nothing seen yet';
  for (let count = 1; ; count += 1) {
    if (signal?.aborted) throw gaveUp('POLL_ABORTED', options, waiting);
    const answer = await look(options, { remainingMs: Math.max(1, endsAtMs - clock.nowMs()), count });
    if ('done' in answer) return answer.done;
    waiting = answer.waiting;
    options.onWaiting?.(waiting);
    const remainingMs = endsAtMs - clock.nowMs();
    if (remainingMs <= 0) throw gaveUp('POLL_TIMEOUT', options, waiting);
    await clock.sleep(Math.min(intervalMs, remainingMs), signal);
  }
}

async function look<T>(
  options: PollOptions<T>,
  at: { readonly remainingMs: number; readonly count: number },
): Promise<PollAnswer<T>> {
  const isNotYet = options.isNotYet ?? isConnectionFailure;
  try {
    return await options.probe(at);
  } catch (error) {
    if (!isNotYet(error)) throw error;
    return { waiting: error instanceof Error ? error.message : String(error) };
  }
}

function isConnectionFailure(thrown: unknown): boolean {
  return isConnectionError(thrown) || isHostConnectionError(thrown);
}

function gaveUp(code: 'POLL_TIMEOUT' | 'POLL_ABORTED', options: PollOptions<unknown>, waiting: string): PollError {
  const { what, timeoutMs } = options;
  const ended = code === 'POLL_TIMEOUT' ? `was not seen within ${String(timeoutMs)} ms` : 'was given up';
  return new PollError(code, {
    message: `Waiting for ${what} ${ended}; last seen: ${waiting}`,
    next: 'Look at what is still missing, then retry: the wait begins anew.',
    details: { what, timeoutMs, waiting },
  });
}

const systemClock: PollClock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(end, ms);
      const stop = signal === undefined ? (): void => undefined : onAborted(signal, end);
    }),
};
