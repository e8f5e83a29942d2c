import { shapeFromJson } from '../plan/index.ts';
import { stepDurations, type ObservedRun, type StepDurations } from '../state/index.ts';
import { latestRuns } from '../store/index.ts';

/** As many runs are looked at. */
const runsMax = 20;
/** No further run is read once so many tasks have been. */
const tasksMax = 200_000;

/**
 * What the newest runs of a workflow in a store file took, step by step: at most 20, fewer once 200,000 tasks have been read;
 * one run is held at a time. Writes nothing, whoever uses the file meanwhile. O(n log n) for n events.
 *
 * @throws StoreUnreadableError, StoreVersionError as `latestRuns`
 */
export function observedDurations(file: string, workflow: string): StepDurations {
  return stepDurations(observedRuns(file, workflow));
}

function* observedRuns(file: string, workflow: string): Generator<ObservedRun> {
  let tasksRead = 0;
  for (const { header, events } of latestRuns(file, { workflow, runsMax })) {
    const { tasks } = shapeFromJson(header.plan);
    yield { tasks, events };
    tasksRead += tasks.length;
    if (tasksRead >= tasksMax) return;
  }
}
