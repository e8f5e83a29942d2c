import type { Digraph } from '../graph/index.ts';
import type { RunState, TaskState } from './task-state.ts';

/** What the rules about a run look at: its recorded state and nothing else. A `RunRecord` has it. */
export interface RunFacts {
  readonly graph: Digraph;
  /** How many tasks there are. */
  readonly size: number;
  /** How many events have been folded in. */
  readonly sequence: number;
  readonly state: RunState;
  /** Cancelling was asked for and nothing was retried or skipped since. */
  readonly isCancelRequested: boolean;
  /** How many tasks have failed since the run began, or was last asked to go on (retry, skip). */
  readonly failuresSinceAsked: number;
  /** How many tasks have been cancelled since then. */
  readonly cancellationsSinceAsked: number;
  /** How many bodies and undos are under way. */
  readonly inFlightCount: number;
  /** The tasks that the rollback under way, or the last one, is to undo. */
  readonly rollbackTasks: readonly number[];
  /** Whether the rollback under way, or the last one, is to undo the task. O(1). */
  isToUndo(task: number): boolean;
  /** How many tasks the rollback under way, or the last one, is done with: undone, or left as they are. */
  readonly undoneCount: number;
  /** Whether the rollback under way, or the last one, is done with the task. O(1). */
  isUndone(task: number): boolean;
  /** How many undos have failed in the rollback under way, or in the last one. */
  readonly undoFailureCount: number;
  /** Whether the task's undo has failed in the rollback under way, or in the last one. */
  hasUndoFailed(task: number): boolean;
  /** How many tasks are in a state. O(1). */
  count(state: TaskState): number;
  taskState(task: number): TaskState;
  /** The last attempt, from 1; 0 when there was none. */
  attempt(task: number): number;
  /** Ascending. O(tasks). */
  tasksIn(state: TaskState): readonly number[];
}
