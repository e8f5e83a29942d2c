import { shapeFromJson, type PlanShape } from '../plan/index.ts';
import { isSettledRun, RunRecord, type RunEvent } from '../state/index.ts';
import type { StoredRun } from '../store/index.ts';
import { NoticeBus } from './notice-bus.ts';
import { RunNotOwnedError } from './operation-errors.ts';
import { Run } from './run.ts';
import { recordedStartFacts } from './start-facts.ts';

/** A run that this engine does not run: as recorded when it was read. `nowMs` gives the wall clock's time. */
export function recordedRun({ header, events }: StoredRun, nowMs: () => number): Run {
  const plan = shapeFromJson(header.plan);
  const record = replay(plan, events);
  const settled = (): Promise<void> =>
    isSettledRun(record.state) ? Promise.resolve() : Promise.reject(new RunNotOwnedError(header.id, record.state));
  return new Run({
    header,
    plan,
    record,
    bus: new NoticeBus(() => undefined),
    settled,
    isLive: false,
    onFailure: header.onFailure ?? 'finish-running',
    startFacts: () => recordedStartFacts({ header, plan, record, nowMs: nowMs() }),
  });
}

/** State rebuilt from the journal. O(events + edges). */
export function replay(plan: Pick<PlanShape, 'graph'>, events: readonly RunEvent[]): RunRecord {
  const record = new RunRecord(plan.graph);
  for (const event of events) record.apply(event);
  return record;
}
