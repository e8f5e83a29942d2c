import type { RunEvent, RunRecord, TaskState } from '../../src/state/index.ts';
import { taskStates } from '../../src/state/index.ts';

const error = { code: 'UNEXPECTED', message: 'it broke' };
const by = 'somebody';

/** Every event that could be recorded next, legal or not, for a run of `size` tasks. */
export function everyEvent(size: number, { atMs, attempt }: { atMs: number; attempt: number }): readonly RunEvent[] {
  const tasks = [...Array(size).keys()];
  const ends = ['SUCCESS', 'FAILED', 'CANCELLED', 'ROLLED_BACK', 'ROLLBACK_FAILED'] as const;
  const lists = [[], ...tasks.map((task) => [task]), tasks, [0, 0], [size], [-1], [0.5]];
  return [
    { type: 'run-started', atMs, by },
    { type: 'run-paused', atMs, by },
    { type: 'run-resumed', atMs, by },
    { type: 'run-cancel-requested', atMs, by },
    ...ends.map((state): RunEvent => ({ type: 'run-settled', state, atMs })),
    ...lists.map((list): RunEvent => ({ type: 'tasks-retried', tasks: list, atMs, by })),
    ...lists.map((list): RunEvent => ({ type: 'run-rollback-started', tasks: list, atMs, by })),
    ...lists.map((list): RunEvent => ({ type: 'undos-retried', tasks: list, atMs, by })),
    ...[...tasks, size, -1].flatMap((task) => everyTaskEvent(task, { atMs, attempt })),
  ];
}

function everyTaskEvent(task: number, { atMs, attempt }: { atMs: number; attempt: number }): readonly RunEvent[] {
  return [
    { type: 'task-started', task, attempt, atMs },
    { type: 'task-succeeded', task, output: { atMs }, atMs },
    { type: 'task-failed', task, error, atMs },
    { type: 'task-failed', task, error, retryAtMs: atMs + 1_000, atMs },
    { type: 'task-cancelling', task, atMs, by },
    { type: 'task-cancelled', task, error, atMs },
    { type: 'task-outcome-unknown', task, error, atMs },
    { type: 'task-skipped', task, atMs, by },
    { type: 'task-skipped', task, output: 'instead', atMs, by },
    { type: 'task-resolved-success', task, output: 'seen', atMs, by },
    { type: 'task-resolved-failed', task, error, atMs, by },
    { type: 'task-rollback-started', task, atMs },
    { type: 'task-rolled-back', task, atMs },
    { type: 'task-rollback-failed', task, error, atMs },
    { type: 'task-rollback-failed', task, error, retryAtMs: atMs + 1_000, atMs },
    { type: 'undo-skipped', task, atMs, by },
  ];
}

/** Everything that can be read of a record. */
export function everythingOf(record: RunRecord): object {
  const tasks = [...Array(record.size).keys()];
  return {
    sequence: record.sequence,
    state: record.state,
    operation: record.operation,
    isCancelRequested: record.isCancelRequested,
    startedAtMs: record.startedAtMs,
    finishedAtMs: record.finishedAtMs,
    rollbackTasks: [...record.rollbackTasks],
    undone: [record.undoneCount, record.undoFailureCount],
    inFlightCount: record.inFlightCount,
    counts: Object.fromEntries(taskStates.map((state) => [state, record.count(state)])),
    tasks: tasks.map((task) => ({
      state: record.taskState(task),
      attempt: record.attempt(task),
      attemptBeforeRetry: record.attemptBeforeRetry(task),
      operation: record.taskOperation(task),
      startedAtMs: record.taskStartedAtMs(task),
      finishedAtMs: record.taskFinishedAtMs(task),
      retryAtMs: record.retryAtMs(task),
      output: record.output(task),
      error: record.error(task),
      isToUndo: record.isToUndo(task),
      hasUndoFailed: record.hasUndoFailed(task),
      isUndone: record.isUndone(task),
    })),
  };
}

export function statesOf(record: RunRecord): readonly TaskState[] {
  return Array.from({ length: record.size }, (_, task) => record.taskState(task));
}
