import { RefusedError } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import { isSettledRun, type RunRecord } from '../state/index.ts';
import type { StartOptions } from './engine-interface.ts';
import type { EngineParts } from './engine-parts.ts';

/** In whose name a run is cancelled when its deadline is over. */
export const runDeadlineName = 'the run deadline';

interface RunDeadlineOptions {
  /** Infinity for a run that may take its time. */
  readonly deadlineMs: number;
  readonly record: RunRecord;
  readonly parts: Pick<EngineParts, 'clock' | 'deadlines'>;
  /** Called when the time is over; must not throw. */
  readonly onOver: () => void;
}

/**
 * How long a run may be under way: from its start, or from when it was taken up again after it had ended or been
 * cancelled; a pause counts, a rollback does not. One wait on the engine's heap, on the monotonic clock.
 */
export class RunDeadline {
  readonly #options: RunDeadlineOptions;
  #countsFromMs: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: RunDeadlineOptions) {
    this.#options = options;
  }

  /** This process takes the run up: what the record says has passed by now counts. */
  begin(): void {
    const { record, parts, deadlineMs } = this.#options;
    const nowMs = parts.clock.nowMs();
    this.#wait(deadlineMs - Math.max(0, nowMs - (record.underWaySinceMs ?? nowMs)));
  }

  /** Follows what has been folded in: a run that is taken up again has the whole time anew, one that is over none. O(1). */
  follow(): void {
    const { record, deadlineMs } = this.#options;
    if (isSettledRun(record.state) || record.state === 'ROLLING_BACK') this.stop();
    else if (record.underWaySinceMs !== this.#countsFromMs) this.#wait(deadlineMs);
  }

  /** Waits no longer. Safe twice. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#countsFromMs = undefined;
  }

  #wait(delayMs: number): void {
    const { record, parts, deadlineMs, onOver } = this.#options;
    this.stop();
    this.#countsFromMs = record.underWaySinceMs;
    if (deadlineMs !== Infinity) this.#cancel = parts.deadlines.after(delayMs, onOver);
  }
}

/**
 * What a new run's header says of its deadline: the one that was asked for, else the workflow's; none when it is Infinity.
 *
 * @throws RefusedError `INVALID_DEADLINE`
 */
export function recordedDeadline(
  { workflow }: Plan,
  { deadlineMs = workflow.deadlineMs ?? Infinity }: StartOptions,
): { readonly deadlineMs?: number } {
  if (typeof deadlineMs === 'number' && deadlineMs > 0) return deadlineMs === Infinity ? {} : { deadlineMs };
  const message = `deadlineMs is ${String(deadlineMs)}; it is a positive number of milliseconds, or Infinity for none.`;
  throw new RefusedError('INVALID_DEADLINE', `A run of "${workflow.name}" cannot be started`, [
    { code: 'INVALID_DEADLINE', message },
  ]);
}
