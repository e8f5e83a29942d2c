import type { SerializedError } from '../../errors/index.ts';
import { isInFlight, type RunSnapshot, type TaskState } from '../../state/index.ts';
import { durationText } from '../../plan/index.ts';
import { cleanLine } from '../../text/index.ts';
import { clockText } from './clock-text.ts';
import type { Paint } from './paint.ts';
import { stateTone } from './state-words.ts';
import { taskTitle, type StepTable } from './steps.ts';

/** A task that went into another state. */
export interface TaskStep {
  /** Index in the plan. */
  readonly task: number;
  readonly to: TaskState;
  readonly atMs: number;
  readonly attempt: number;
  readonly startedAtMs?: number | undefined;
  readonly error?: SerializedError | undefined;
  readonly retryAtMs?: number | undefined;
}

/** An attempt that takes much longer than estimated. */
export interface SlowStep {
  /** Index in the plan. */
  readonly task: number;
  readonly atMs: number;
  readonly elapsedMs: number;
  readonly estimateMs: number;
}

const stateWidth = 'ROLLBACK_FAILED'.length;

/** What a change of a task says where nothing can be redrawn: one line, or nothing for what only becomes possible. */
export function plainLine(step: TaskStep, table: StepTable, paint: Paint): string | undefined {
  const { to, atMs, retryAtMs } = step;
  if (to === 'PENDING' || (to === 'READY' && retryAtMs === undefined)) return undefined;
  const state = paint(stateTone(to), to.padEnd(stateWidth));
  return `${paint('quiet', clockText(atMs))}  ${state}  ${taskTitle(table, step.task)}${remark(step)}`;
}

/** What is said where nothing can be redrawn of an attempt that takes much longer than estimated. */
export function slowLine({ task, atMs, elapsedMs, estimateMs }: SlowStep, table: StepTable, paint: Paint): string {
  const slow = paint('odd', 'SLOW'.padEnd(stateWidth));
  return `${paint('quiet', clockText(atMs))}  ${slow}  ${taskTitle(table, task)}  ${slowText({ elapsedMs, estimateMs })}`;
}

/** How much longer than estimated an attempt takes, in a few words. */
export function slowText({ elapsedMs, estimateMs }: Pick<SlowStep, 'elapsedMs' | 'estimateMs'>): string {
  return `runs for ${durationText(elapsedMs)}, estimated ${durationText(estimateMs)}`;
}

function remark({ to, atMs, attempt, startedAtMs, error, retryAtMs }: TaskStep): string {
  const parts = [
    to === 'RUNNING' && attempt > 1 ? `  attempt ${attempt}` : '',
    !isInFlight(to) && startedAtMs !== undefined ? `  ${durationText(atMs - startedAtMs)}` : '',
    error && to !== 'SUCCESS' ? `  [${cleanLine(error.code)}] ${cleanLine(error.message)}` : '',
    retryAtMs === undefined ? '' : `  next attempt in ${durationText(retryAtMs - atMs)}`,
  ];
  return parts.join('');
}

/** The same lines for whatever is different in a later snapshot of a run. O(tasks). */
export function plainChanges(
  before: RunSnapshot,
  now: RunSnapshot,
  { table, paint }: { readonly table: StepTable; readonly paint: Paint },
): readonly string[] {
  return now.tasks.flatMap((task, index) => {
    const known = before.tasks[index];
    if (known?.state === task.state && known.attempt === task.attempt) return [];
    const { state: to, startedAtMs, finishedAtMs, attempt, error, retryAtMs } = task;
    const atMs = finishedAtMs ?? startedAtMs ?? now.createdAtMs ?? 0;
    return plainLine({ task: index, to, atMs, attempt, startedAtMs, error, retryAtMs }, table, paint) ?? [];
  });
}
