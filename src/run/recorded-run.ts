import { planRecorded, shapeFromJson, type Plan, type PlanShape } from '../plan/index.ts';
import { secretMask } from '../secrets/index.ts';
import { isSettledRun, RunRecord, type RunEvent, type RunHeader } from '../state/index.ts';
import type { StoredRun } from '../store/index.ts';
import type { Workflow } from '../workflow/index.ts';
import { NoticeBus } from './notice-bus.ts';
import { PlanChangedError, RunNotOwnedError, SecretInputError } from './operation-errors.ts';
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

/**
 * The plan of a recorded run, from its workflow as it is now.
 *
 * @throws PlanChangedError when the workflow is not the one that the run was planned from
 * @throws SecretInputError when its input held secrets, which are not recorded
 */
export function planAgain(workflow: Workflow, header: RunHeader): Plan {
  if (JSON.stringify(header.input).includes(secretMask)) throw new SecretInputError(header.id);
  const plan = planRecorded(workflow, header.input);
  if (plan.fingerprint === header.fingerprint) return plan;
  throw new PlanChangedError(header.id, changesBetween(shapeFromJson(header.plan), plan));
}

function changesBetween(before: PlanShape, now: PlanShape): readonly string[] {
  const keysBefore = new Set(before.tasks.map((task) => task.key));
  const keysNow = new Set(now.tasks.map((task) => task.key));
  const removed = [...keysBefore].filter((key) => !keysNow.has(key)).map((key) => `task "${key}" is gone`);
  const added = [...keysNow].filter((key) => !keysBefore.has(key)).map((key) => `task "${key}" is new`);
  const changes = [...removed, ...added];
  return changes.length > 0 ? changes.slice(0, 20) : ['its version, or an edge between its tasks, is another'];
}
