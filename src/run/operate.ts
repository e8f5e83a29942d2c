import type { PlanShape } from '../plan/index.ts';
import { isSettledRun, type RunEvent, type RunRecord } from '../state/index.ts';
import type { StoreOwner } from '../store/index.ts';
import type { OperationResult } from './engine-interface.ts';
import type { LiveRun } from './live-run.ts';
import { previewOf, type PreviewFacts } from './operation-preview.ts';
import type { Operation } from './operations.ts';
import type { CommitExtras } from './run-journal.ts';
import { taskIndex } from './task-index.ts';
import { doneAnswer } from './operator-wish.ts';
import { tracedEvents } from './trace-id.ts';

/** A run that is looked at. */
type PlannedRun = Pick<LiveRun, 'header' | 'plan' | 'record'>;

/** Who asks for an action, and when. */
export interface Asking {
  /** @default 'admin' */
  readonly by: string | undefined;
  /** Id of the request that asks. @default none */
  readonly traceId: string | undefined;
  readonly nowMs: () => number;
}

/** How an operator's action is carried out. */
export interface Carrying extends Asking {
  /** Who takes the run when it is over. */
  readonly owner: StoreOwner | undefined;
  /** The wish of another process that it is. */
  readonly wishId?: number;
}

/**
 * Records an operator's action on a run. The decision, and whether the run is thereby taken
 * up again, are made in the same moment: on the state that the events are appended to.
 */
export async function operate(
  live: LiveRun,
  decide: Operation,
  { owner, wishId, ...asking }: Carrying,
): Promise<OperationResult> {
  const decideOn = (record: RunRecord): readonly RunEvent[] =>
    decideNow({ header: live.header, plan: live.plan, record }, decide, asking);
  const resultOf = (events: readonly RunEvent[]): OperationResult => ({
    runId: live.header.id,
    tasks: touchedTasks(live.plan, events),
    isDryRun: false,
  });
  const events = await live.operate(decideOn, (record, decided) => ({
    ...(isSettledRun(record.state) ? { ...reopening(live, decided, asking.nowMs()), ...(owner && { owner }) } : {}),
    ...(wishId === undefined ? {} : { answer: { wishId, body: doneAnswer(resultOf(decided)) } }),
  }));
  return resultOf(events);
}

/** Says what an operator's action would touch and lead to, and records nothing. */
export function rehearse(
  run: PlannedRun,
  decide: Operation,
  { limits, concurrency, ...options }: Asking & Pick<PreviewFacts, 'limits' | 'concurrency'>,
): OperationResult {
  const { header, plan, record } = run;
  const decided = decideNow(run, decide, options);
  for (const event of decided) record.apply(event);
  const preview = previewOf({ plan, record, decided, limits, concurrency });
  return { runId: header.id, tasks: touchedTasks(plan, decided), isDryRun: true, preview };
}

function decideNow(
  { header, plan, record }: PlannedRun,
  decide: Operation,
  { by = 'admin', traceId, nowMs }: Asking,
): readonly RunEvent[] {
  const request = { runId: header.id, plan, record, by, atMs: nowMs() };
  return tracedEvents(
    decide(request, (task) => taskIndex(plan, header, task)),
    traceId,
  );
}

/** Taking an ended run up again takes its claims again and tells the workflow, in the same commit. */
function reopening({ plan, header }: LiveRun, events: readonly RunEvent[], nowMs: number): CommitExtras {
  const type = events[0]?.type;
  const isRollback = type === 'run-rollback-started' || type === 'undos-retried' || type === 'undo-skipped';
  const operation = isRollback ? 'ROLLBACK' : type === 'task-skipped' ? 'SKIP' : 'RETRY';
  const { input, workflow } = plan;
  const known = { input, runId: header.id, context: header.context, nowMs, operation } as const;
  return { claims: 'take', also: (tables) => workflow.hooks.reopen({ ...known, tables }) };
}

function touchedTasks(plan: PlanShape, events: readonly RunEvent[]): OperationResult['tasks'] {
  const tasks = new Set(
    events.flatMap((event) => ('tasks' in event ? event.tasks : 'task' in event ? [event.task] : [])),
  );
  return [...tasks].map((index) => ({ number: index + 1, key: plan.tasks[index]?.key ?? '' }));
}
