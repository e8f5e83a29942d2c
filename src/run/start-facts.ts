import type { PlanShape } from '../plan/index.ts';
import { isInFlight, type LimitHolder, type RunHeader, type RunRecord, type StartFacts } from '../state/index.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { RunSchedule } from './run-schedule.ts';

interface LiveParts {
  readonly record: RunRecord;
  readonly schedule: RunSchedule;
  readonly dispatcher: Dispatcher;
  readonly stoppedBecause: string | undefined;
  /** Who holds a limit, in all runs that share it. */
  readonly holdersOf: (limitId: number) => readonly LimitHolder[];
}

/** What keeps tasks of a run of this process from starting at this instant; to be used at once. */
export function liveStartFacts(parts: LiveParts): StartFacts {
  const { record, schedule, dispatcher, stoppedBecause } = parts;
  const known = new Map<number, readonly LimitHolder[]>();
  const holdersOf = (limitId: number): readonly LimitHolder[] => {
    const holders = known.get(limitId) ?? parts.holdersOf(limitId);
    known.set(limitId, holders);
    return holders;
  };
  return {
    stoppedBecause,
    // A backoff that is over leaves its instant in the record until the next attempt starts.
    isBackingOff: (task) =>
      record.retryAtMs(task) !== undefined && !schedule.isOffered(task) && !schedule.isHolding(task),
    isStarting: (task) => schedule.isHolding(task),
    fullLimit: (task) => {
      const full = schedule.fullLimit(task);
      if (!full) return undefined;
      const { id, ...limit } = full;
      return { ...limit, holders: holdersOf(id), isWhole: true };
    },
    slotsInUse: () => dispatcher.slotsInUse(),
  };
}

interface RecordedParts {
  readonly header: Pick<RunHeader, 'id'>;
  readonly plan: PlanShape;
  readonly record: RunRecord;
  readonly nowMs: number;
}

/**
 * What the record alone tells of a run that another process has: who of the same run is under way under the same limit.
 * Slots, the sizes of limits and their holders in other runs are not known.
 */
export function recordedStartFacts({ header, plan, record, nowMs }: RecordedParts): StartFacts {
  let known: ReadonlyMap<string, readonly LimitHolder[]> | undefined;
  const holders = (): ReadonlyMap<string, readonly LimitHolder[]> =>
    (known ??= holdersByLimit({ header, plan, record, nowMs }));
  return {
    stoppedBecause: undefined,
    isBackingOff: (task) => (record.retryAtMs(task) ?? -Infinity) > nowMs,
    isStarting: () => false,
    fullLimit: (task) => {
      const limit = plan.tasks[task]?.limits.find((name) => holders().has(name));
      return limit === undefined ? undefined : { limit, holders: holders().get(limit) ?? [], isWhole: false };
    },
    slotsInUse: () => ({ of: 'unknown' }),
  };
}

function holdersByLimit({ header, plan, record }: RecordedParts): ReadonlyMap<string, readonly LimitHolder[]> {
  const holders = new Map<string, LimitHolder[]>();
  for (const [task, { key, limits }] of plan.tasks.entries()) {
    if (!isInFlight(record.taskState(task))) continue;
    for (const name of limits) {
      const list = holders.get(name) ?? [];
      holders.set(name, list);
      list.push({ runId: header.id, number: task + 1, key });
    }
  }
  return holders;
}
