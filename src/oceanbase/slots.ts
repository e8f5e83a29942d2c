import { onAborted } from './deadline.ts';

/** A fixed number of places; who finds none free waits in the order of asking. */
export interface Slots {
  /**
   * Takes a place and resolves with what gives it back (safe twice). Rejects with what `givenUp` makes when the
   * signal aborts first; the place in the queue is left then.
   */
  take(signal: AbortSignal, givenUp: () => Error): Promise<() => void>;
  /** Places taken now. */
  readonly taken: number;
}

/** Makes `max` places. Taking and giving back are O(1). */
export function createSlots(max: number): Slots {
  const waiting = new Set<() => void>();
  let taken = 0;
  const giveBack = (): void => {
    taken -= 1;
    const [next] = waiting;
    next?.();
  };
  const take = (signal: AbortSignal, givenUp: () => Error): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        waiting.delete(start);
        stop();
        taken += 1;
        resolve(onceOnly(giveBack));
      };
      if (signal.aborted) {
        reject(givenUp());
        return;
      }
      const stop = onAborted(signal, () => {
        waiting.delete(start);
        reject(givenUp());
      });
      if (taken < max) start();
      else waiting.add(start);
    });
  return {
    take,
    get taken() {
      return taken;
    },
  };
}

function onceOnly(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
