import { isSettledRun } from '../state/index.ts';
import type { PrunedRun, PruneRequest } from './store.ts';

const batch = Object.freeze({ runsMax: 100, eventsMax: 20_000 });

/** Which of the runs that are over a request names, the oldest first. `ended` is newest first. O(runs). */
export function runsToPrune(ended: readonly PrunedRun[], request: PruneRequest): readonly PrunedRun[] {
  const { beforeMs = Infinity, keep = 0, states } = request;
  const meant = ended.filter(({ state }) => isSettledRun(state) && (!states || states.includes(state)));
  const surplus = meant.slice(Math.max(0, Math.trunc(keep)));
  return surplus.filter(({ updatedAtMs }) => updatedAtMs < beforeMs).reverse();
}

/** Parts that one transaction each removes without keeping other writers waiting for long. */
export function batchesOf(runs: readonly PrunedRun[]): readonly (readonly PrunedRun[])[] {
  const batches: PrunedRun[][] = [];
  let events = Infinity;
  for (const run of runs) {
    const current = batches.at(-1);
    const isFull = !current || current.length >= batch.runsMax || events + run.eventCount > batch.eventsMax;
    if (isFull) batches.push([run]);
    else current.push(run);
    events = run.eventCount + (isFull ? 0 : events);
  }
  return batches;
}
