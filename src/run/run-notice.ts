import type { SerializedError } from '../errors/index.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import type { RunEvent, RunState, TaskState } from '../state/index.ts';

interface OfRun {
  readonly runId: number;
  /** Position in the run's journal, from 1. Several notices of one event share it. */
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Id of the latest request that asked something of the run and had one. */
  readonly traceId?: string;
}

/** Which task a notice is about. */
export interface TaskName {
  /** Position in the plan, from 0. */
  readonly index: number;
  readonly key: string;
  readonly name: string;
  /** Wire id, as in the documented JSON. */
  readonly id: number;
}

/** A task went from one state to another. Told after it has been recorded. */
export interface TaskNotice extends OfRun {
  readonly kind: 'task';
  readonly task: TaskName;
  readonly from: TaskState;
  readonly to: TaskState;
  /** 0 before the first attempt. */
  readonly attempt: number;
  /** What caused it. */
  readonly event: RunEvent['type'];
  readonly output?: JsonValue;
  readonly error?: SerializedError;
  /** When the next automatic attempt is due. */
  readonly retryAtMs?: number;
}

/** A run started, changed its state, or was told to by someone. Told after it has been recorded. */
export interface RunNotice extends OfRun {
  readonly kind: 'run';
  readonly event: RunEvent['type'];
  readonly from: RunState;
  readonly to: RunState;
  readonly by?: string;
}

/** A line of a task's log. */
export interface LogNotice extends Omit<OfRun, 'sequence'> {
  readonly kind: 'log';
  readonly task: TaskName;
  readonly attempt: number;
  readonly level: 'debug' | 'info' | 'warn' | 'output';
  readonly text: string;
  readonly fields?: JsonObject;
}

/** How far a task's body says it is. Not recorded. */
export interface ProgressNotice extends Omit<OfRun, 'sequence'> {
  readonly kind: 'progress';
  readonly task: TaskName;
  /** 0 to 1. */
  readonly fraction: number;
  readonly text: string;
}

/**
 * An attempt has run three times as long as its task's declared estimate, and goes on. Told once an attempt. Also a line
 * of the task's log, of level `warn`.
 */
export interface WarningNotice extends Omit<OfRun, 'sequence'> {
  readonly kind: 'warning';
  readonly code: 'SLOW_TASK';
  readonly task: TaskName;
  readonly attempt: number;
  readonly elapsedMs: number;
  readonly estimateMs: number;
  readonly text: string;
}

/** Everything that a run tells its listeners: one closed union, told apart by `kind`. */
export type Notice = TaskNotice | RunNotice | LogNotice | ProgressNotice | WarningNotice;

export type NoticeKind = Notice['kind'];

export type NoticeOf<Kind extends NoticeKind> = Extract<Notice, { readonly kind: Kind }>;
