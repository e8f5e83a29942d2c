import type { PlanShape } from '../plan/index.ts';
import { isSettledRun, type RunEvent, type RunRecord } from '../state/index.ts';
import type { OperationOptions, OperationResult } from './engine-interface.ts';
import type { LiveRun } from './live-run.ts';
import type { OperationRequest } from './operations.ts';
import type { CommitExtras } from './run-journal.ts';
import { taskIndex } from './task-index.ts';

/** What an operator asks for: looks at the run as it is and says what is to be recorded, or throws a refusal. */
export type Operation = (request: OperationRequest, indexOf: (task: string | number) => number) => readonly RunEvent[];

/**
 * Records an operator's action on a run, or says what it would touch. The decision, and whether the run is thereby taken
 * up again, are made in the same moment: on the state that the events are appended to.
 */
export async function operate(
  live: LiveRun,
  decide: Operation,
  { dryRun = false, by = 'admin', nowMs }: OperationOptions & { readonly nowMs: () => number },
): Promise<OperationResult> {
  const { plan, header } = live;
  const runId = header.id;
  const indexOf = (task: string | number): number => taskIndex(plan, header, task);
  const decideOn = (record: RunRecord): readonly RunEvent[] =>
    decide({ runId, plan, record, by, atMs: nowMs() }, indexOf);
  const events = dryRun
    ? decideOn(live.record)
    : await live.operate(decideOn, (record, decided) =>
        isSettledRun(record.state) ? reopening(live, decided, nowMs()) : undefined,
      );
  return { runId, tasks: touchedTasks(plan, events), isDryRun: dryRun };
}

/** Taking an ended run up again takes its claims again and tells the workflow, in the same commit. */
function reopening({ plan, header }: LiveRun, events: readonly RunEvent[], nowMs: number): CommitExtras {
  const type = events[0]?.type;
  const operation = type === 'run-rollback-started' ? 'ROLLBACK' : type === 'task-skipped' ? 'SKIP' : 'RETRY';
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
