import type { RunEvent } from '../state/index.ts';
import { latestUntil } from './latest-until.ts';

/** What may stand between the commas of a line's head. */
const traceable = /^[\w.-]{1,64}$/;

interface Traced {
  readonly atMs: number;
  readonly traceId: string;
}

/** Which request caused what a run did at a time. */
export class TraceIds {
  readonly #traced: readonly Traced[];

  /** Takes the ids from the run's start and from what operators asked for. O(events). */
  constructor(events: readonly RunEvent[]) {
    this.#traced = events.flatMap((event): Traced[] => {
      if (!('by' in event) || !('traceId' in event)) return [];
      const { atMs, traceId } = event as RunEvent & { readonly traceId: unknown };
      return typeof traceId === 'string' && traceable.test(traceId) ? [{ atMs, traceId }] : [];
    });
  }

  /** The id that was given last until then; empty when there was none. O(log ids). */
  at(atMs: number): string {
    return this.#traced[latestUntil(this.#traced, (traced) => traced.atMs, atMs)]?.traceId ?? '';
  }
}
