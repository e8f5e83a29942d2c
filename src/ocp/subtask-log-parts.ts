import type { RunEvent, RunSnapshot, TaskSnapshot } from '../state/index.ts';

/** One line that a task logged, as it is kept. */
export interface SubtaskLogLine {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly attempt: number;
  readonly level: 'debug' | 'info' | 'warn' | 'output';
  /** Without secrets. */
  readonly text: string;
}

/** What the log of a task is written from. */
export interface SubtaskLogParts {
  readonly run: Pick<RunSnapshot, 'id' | 'context' | 'utcOffsetMinutes'>;
  /** `index` is the one in the plan, by which events name the task. */
  readonly task: Pick<TaskSnapshot, 'id' | 'name' | 'key' | 'parallelIdx'> & { readonly index: number };
  /** The run's journal. */
  readonly events: readonly RunEvent[];
  /** In the order in which they were kept. To be read before the journal: what is newer than it seems to be older. */
  readonly lines: readonly SubtaskLogLine[];
  /** Id of the process that has the run. */
  readonly pid?: number;
}
