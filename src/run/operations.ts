import type { JsonValue } from '../json/index.ts';
import type { Plan } from '../plan/index.ts';
import { isSettledRun, tasksToUndo, type RunEvent, type RunRecord, type TaskState } from '../state/index.ts';
import { OperationRefusedError, type OperationRefusal } from './operation-errors.ts';
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
    if (isRollingBack(record)) return retryUndos(request, task);
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
    if (isRollingBack(request.record)) {
      requireFailedUndo(request, task, 'skip');
      return [{ type: 'undo-skipped', task, by, atMs }];
    }
    requireForward(request, 'skip');
    requireTask(request, task, 'skip', ['FAILED']);
    const declared = plan.tasks[task];
    if (declared?.skippable === false) {
      const next = 'Retry it, or roll the run back.';
      refuseTask(request, { task, action: 'skip', why: 'its workflow forbids that', next, reason: 'skip-forbidden' });
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

  rollback(request: OperationRequest, options: RollbackExtent = {}): readonly RunEvent[] {
    const { plan, record, by, atMs } = request;
    const allowed = ['SUCCESS', 'FAILED', 'CANCELLED', 'ROLLBACK_FAILED'];
    if (!allowed.includes(record.state)) refuseRun(request, 'roll back', `it is ${record.state}`);
    const without = leftAlone(request, options.without ?? []);
    const irreversible = irreversibleTask(plan, record, without);
    if (irreversible !== undefined && !options.pastNoReturn) {
      const next = 'Roll back with pastNoReturn to undo the rest and leave this one as it is.';
      const why = 'it cannot be undone';
      refuseTask(request, { task: irreversible, action: 'roll back', why, next, reason: 'irreversible' });
    }
    return rollbackOf(plan, record, { by, atMs, without });
  },
};

/** How far a rollback goes. */
export interface RollbackExtent {
  /** Although a task cannot be undone, which is left as it is. @default false */
  readonly pastNoReturn?: boolean;
  /** Limits, such as that of a host that is gone, or keys of tasks: these tasks are left as they are. @default none */
  readonly without?: readonly string[];
}

/** The first task that would have to be undone and cannot be; undefined when there is none. O(tasks). */
export function irreversibleTask(
  plan: Plan,
  record: RunRecord,
  without: ReadonlySet<number> = new Set(),
): number | undefined {
  return tasksToUndo(record).find(
    (task) => plan.tasks[task]?.irreversible && record.taskState(task) !== 'SKIPPED' && !without.has(task),
  );
}

/** What starts the rollback of a run: everything that has run is undone, but for what cannot be, or is to be left. */
export function rollbackOf(
  plan: Plan,
  record: RunRecord,
  { by, atMs, without = new Set() }: { by: string; atMs: number; without?: ReadonlySet<number> },
): readonly RunEvent[] {
  const isLeft = (task: number): boolean => plan.tasks[task]?.irreversible === true || without.has(task);
  // What was skipped on the way forwards and is to be left has nothing more to it.
  const tasks = tasksToUndo(record).filter((task) => !isLeft(task) || record.taskState(task) !== 'SKIPPED');
  const left = tasks.filter(isLeft);
  return [
    { type: 'run-rollback-started', tasks, by, atMs },
    ...left.map((task): RunEvent => ({ type: 'undo-skipped', task, by, atMs })),
  ];
}

/** @throws OperationRefusedError when a name stands for no task */
function leftAlone(request: OperationRequest, names: readonly string[]): ReadonlySet<number> {
  const left = new Set<number>();
  for (const name of names) {
    const tasks = [...request.plan.tasks.entries()].filter(
      ([, { key, limits }]) => key === name || limits.includes(name),
    );
    if (tasks.length === 0) {
      const next = 'Name the limit of its tasks, such as host:2, or the key of a task.';
      const message = 'no task of it has that key or that limit.';
      const subject = `Cannot roll back run ${request.runId} without "${name}"`;
      throw new OperationRefusedError(subject, { reason: 'unknown-name', message, next });
    }
    for (const [task] of tasks) left.add(task);
  }
  return left;
}

function isRollingBack({ state }: RunRecord): boolean {
  return state === 'ROLLING_BACK' || state === 'ROLLBACK_FAILED';
}

function retryUndos(request: OperationRequest, task: number | undefined): readonly RunEvent[] {
  const { record, by, atMs } = request;
  const failed = record.tasksIn('ROLLBACK_FAILED').filter((each) => record.hasUndoFailed(each));
  if (task !== undefined) requireFailedUndo(request, task, 'retry');
  else if (failed.length === 0) refuseRun(request, 'retry', `it is ${record.state}, and no undo has failed`);
  return [{ type: 'undos-retried', tasks: task === undefined ? failed : [task], by, atMs }];
}

function requireFailedUndo(request: OperationRequest, task: number, action: string): void {
  requireTask(request, task, action, ['ROLLBACK_FAILED']);
  if (request.record.hasUndoFailed(task)) return;
  refuseTask(request, { task, action, why: 'its undo is about to run again', next: 'Wait until it is over.' });
}

function retryable(record: RunRecord): readonly number[] {
  return [...record.tasksIn('FAILED'), ...record.tasksIn('CANCELLED')].toSorted((a, b) => a - b);
}

function requireForward(request: OperationRequest, action: string): void {
  const { state } = request.record;
  if (state === 'ROLLED_BACK' || state === 'SUCCESS') refuseRun(request, action, `it is ${state}`);
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
    ROLLBACK_FAILED: 'Now its undo can be retried or skipped.',
  };
  return actions[record.taskState(task)] ?? 'Nothing can be asked of it now.';
}

interface TaskRefusal {
  readonly task: number;
  readonly action: string;
  readonly why: string;
  readonly next: string;
  /** @default 'state' */
  readonly reason?: OperationRefusal;
}

function refuseTask({ plan, runId }: OperationRequest, refusal: TaskRefusal): never {
  const { task, action, why, next, reason = 'state' } = refusal;
  const key = plan.tasks[task]?.key ?? String(task + 1);
  throw new OperationRefusedError(`Cannot ${action} task "${key}" of run ${runId}`, {
    reason,
    message: `${why}.`,
    next,
  });
}

function refuseRun(request: OperationRequest, action: string, why: string): never {
  const { state } = request.record;
  const next: Partial<Record<string, string>> = {
    RUNNING: 'Now it can be paused or cancelled.',
    PAUSED: 'Now it can be resumed or cancelled.',
    FAILED: 'Now it can be retried or rolled back, and its failed tasks skipped.',
    CANCELLED: 'Now it can be retried or rolled back.',
    SUCCESS: 'Now it can be rolled back.',
    ROLLBACK_FAILED: 'Now its failed undos can be retried or skipped.',
  };
  const nothing = isSettledRun(state) ? 'It is over; start a new run.' : 'Wait until it is over.';
  const refusal = { reason: 'state', message: `${why}.`, next: next[state] ?? nothing } as const;
  throw new OperationRefusedError(`Cannot ${action} run ${request.runId}`, refusal);
}
