import type { JsonValue } from '../json/index.ts';
import type { Plan } from '../plan/index.ts';
import { isSettledRun, tasksToUndo, type RunEvent, type RunRecord, type TaskState } from '../state/index.ts';
import { OperationRefusedError } from './operation-errors.ts';
import { recordedOutput } from './recorded-output.ts';

/** Who acts, when, and on what. */
export interface OperationRequest {
  readonly runId: number;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly by: string;
  readonly atMs: number;
}

/** What an operator asks for: looks at the run as it is and says what is to be recorded, or throws a refusal. */
export type Operation = (request: OperationRequest, indexOf: (task: string | number) => number) => readonly RunEvent[];

export type Resolution =
  { readonly as: 'success'; readonly output?: JsonValue } | { readonly as: 'failed'; readonly reason?: string };

/** What an operator action records. Each throws `OperationRefusedError` when the present state does not allow it. */
export const operations = {
  retry(request: OperationRequest, task: number | undefined): readonly RunEvent[] {
    const { record, by, atMs } = request;
    requireForward(request, 'retry');
    const tasks = task === undefined ? retryable(record) : [task];
    // A run that was cancelled before anything of it ran has nothing to repeat, but can go on.
    const isNothing = task === undefined && tasks.length === 0 && record.state !== 'CANCELLED';
    if (isNothing) refuseRun(request, 'retry', 'no task of it is FAILED or CANCELLED');
    for (const each of tasks) requireTask(request, each, 'retry', ['FAILED', 'CANCELLED']);
    return [{ type: 'tasks-retried', tasks, by, atMs }];
  },

  skip(request: OperationRequest, task: number): readonly RunEvent[] {
    const { plan, by, atMs } = request;
    requireForward(request, 'skip');
    requireTask(request, task, 'skip', ['FAILED']);
    const declared = plan.tasks[task];
    if (declared?.skippable === false) {
      const next = 'Retry it, or roll the run back.';
      refuseTask(request, { task, action: 'skip', why: 'its workflow forbids that', next });
    }
    const output = declared?.skippedOutput;
    return [{ type: 'task-skipped', task, by, atMs, ...(output === undefined ? {} : { output }) }];
  },

  cancelTask(request: OperationRequest, task: number): readonly RunEvent[] {
    requireTask(request, task, 'cancel', ['RUNNING']);
    return [{ type: 'task-cancelling', task, by: request.by, atMs: request.atMs }];
  },

  cancelRun(request: OperationRequest): readonly RunEvent[] {
    const { record, by, atMs } = request;
    if (record.state !== 'RUNNING' && record.state !== 'PAUSED') refuseRun(request, 'cancel', `it is ${record.state}`);
    const running = record.tasksIn('RUNNING');
    return [
      { type: 'run-cancel-requested', by, atMs },
      ...running.map((task): RunEvent => ({ type: 'task-cancelling', task, by, atMs })),
    ];
  },

  pause(request: OperationRequest): readonly RunEvent[] {
    if (request.record.state !== 'RUNNING') refuseRun(request, 'pause', `it is ${request.record.state}`);
    return [{ type: 'run-paused', by: request.by, atMs: request.atMs }];
  },

  resume(request: OperationRequest): readonly RunEvent[] {
    if (request.record.state !== 'PAUSED') refuseRun(request, 'resume', `it is ${request.record.state}`);
    return [{ type: 'run-resumed', by: request.by, atMs: request.atMs }];
  },

  resolve(request: OperationRequest, task: number, resolution: Resolution): readonly RunEvent[] {
    const { by, atMs, plan } = request;
    requireTask(request, task, 'resolve', ['UNKNOWN']);
    if (resolution.as === 'success') {
      const output = recordedOutput(plan.tasks[task]?.key ?? '', resolution.output);
      return [{ type: 'task-resolved-success', task, output, by, atMs }];
    }
    const { reason = 'the operator found that it did not happen' } = resolution;
    const error = { code: 'RESOLVED_FAILED', message: `${by} resolved the task as failed: ${reason}.` };
    return [{ type: 'task-resolved-failed', task, error, by, atMs }];
  },

  rollback(request: OperationRequest, { pastNoReturn = false } = {}): readonly RunEvent[] {
    const { plan, record, by, atMs } = request;
    const allowed = ['FAILED', 'CANCELLED', 'ROLLBACK_FAILED'];
    if (!allowed.includes(record.state)) refuseRun(request, 'roll back', `it is ${record.state}`);
    const tasks = tasksToUndo(record);
    const irreversible = tasks.find((task) => plan.tasks[task]?.irreversible && record.taskState(task) !== 'SKIPPED');
    if (irreversible !== undefined && !pastNoReturn) {
      const next = 'Roll back with pastNoReturn to undo the rest and leave this one as it is.';
      refuseTask(request, { task: irreversible, action: 'roll back', why: 'it cannot be undone', next });
    }
    return [{ type: 'run-rollback-started', tasks, by, atMs }];
  },
};

function retryable(record: RunRecord): readonly number[] {
  return [...record.tasksIn('FAILED'), ...record.tasksIn('CANCELLED')].toSorted((a, b) => a - b);
}

function requireForward(request: OperationRequest, action: string): void {
  const { state } = request.record;
  const isRolledBack = state === 'ROLLING_BACK' || state === 'ROLLED_BACK' || state === 'ROLLBACK_FAILED';
  if (isRolledBack || state === 'SUCCESS') refuseRun(request, action, `it is ${state}`);
}

function requireTask(request: OperationRequest, task: number, action: string, states: readonly TaskState[]): void {
  const state = request.record.taskState(task);
  if (states.includes(state)) return;
  const why = `it is ${state}; only ${states.join(' or ')} tasks can be`;
  refuseTask(request, { task, action, why, next: allowedNow(request.record, task) });
}

function allowedNow(record: RunRecord, task: number): string {
  const actions: Partial<Record<TaskState, string>> = {
    RUNNING: 'Now it can be cancelled.',
    FAILED: 'Now it can be retried or skipped.',
    CANCELLED: 'Now it can be retried.',
    UNKNOWN: 'Now it can be resolved.',
  };
  return actions[record.taskState(task)] ?? 'Nothing can be asked of it now.';
}

interface TaskRefusal {
  readonly task: number;
  readonly action: string;
  readonly why: string;
  readonly next: string;
}

function refuseTask({ plan, runId }: OperationRequest, { task, action, why, next }: TaskRefusal): never {
  const key = plan.tasks[task]?.key ?? String(task + 1);
  throw new OperationRefusedError(`Cannot ${action} task "${key}" of run ${runId}`, `${why}.`, next);
}

function refuseRun(request: OperationRequest, action: string, why: string): never {
  const { state } = request.record;
  const next: Partial<Record<string, string>> = {
    RUNNING: 'Now it can be paused or cancelled.',
    PAUSED: 'Now it can be resumed or cancelled.',
    FAILED: 'Now it can be retried or rolled back, and its failed tasks skipped.',
    CANCELLED: 'Now it can be retried or rolled back.',
    ROLLBACK_FAILED: 'Now it can be rolled back again.',
  };
  const nothing = isSettledRun(state) ? 'It is over; start a new run.' : 'Wait until it is over.';
  throw new OperationRefusedError(`Cannot ${action} run ${request.runId}`, `${why}.`, next[state] ?? nothing);
}
