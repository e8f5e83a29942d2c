import type { SerializedError } from '../errors/index.ts';
import type { FailurePolicy } from '../workflow/index.ts';
import type { RunState, TaskState } from './task-state.ts';

/** A task, as operators name it. */
export interface NamedTask {
  /** Position in the plan, from 1. */
  readonly number: number;
  readonly key: string;
}

/** A task and how it stands. */
export interface StandingTask extends NamedTask {
  readonly state: TaskState;
}

/** Somebody who holds a place of a limit. */
export interface LimitHolder extends NamedTask {
  readonly runId: number;
}

/**
 * How the slots for running tasks are used: the engine's own, those of a queue that the host program shares, or not
 * known here because another process runs the run. A size that has no bound is left out.
 */
export type SlotUse =
  | { readonly of: 'engine'; readonly inUse: number; readonly size?: number }
  | {
      readonly of: 'host-queue';
      /** Jobs of that queue that run, whosever they are. */
      readonly inUse: number;
      readonly size?: number;
      /** Jobs that wait in it. */
      readonly waiting: number;
      readonly isPaused: boolean;
    }
  | { readonly of: 'unknown' };

/** Why a task does not run at this instant, or that it does: one closed union, told apart by `kind`. Plain JSON. */
export type WaitReason =
  /** A body, or an undo, is under way. */
  | { readonly kind: 'running'; readonly state: TaskState; readonly attempt: number; readonly sinceMs?: number }
  /** Nothing to wait for: it has ended, well or not. What failed can be retried, whoever may wait for that. */
  | { readonly kind: 'settled'; readonly state: TaskState; readonly error?: SerializedError }
  /** Whether its effect happened is not known; it waits for an operator's `resolve`. */
  | { readonly kind: 'unknown'; readonly error?: SerializedError }
  /** The run is over. `brokenBy` is a task that it would have needed, and that did not end well. */
  | { readonly kind: 'run-ended'; readonly state: RunState; readonly by?: string; readonly brokenBy?: StandingTask }
  /** The run is being rolled back, and the task never ran: it is left alone. */
  | { readonly kind: 'left-alone' }
  /** Its undo waits for the undos of tasks downstream of it; those that failed come first. */
  | {
      readonly kind: 'downstreams';
      readonly downstreams: readonly StandingTask[];
      /** A task downstream of it whose undo has failed: until it is rolled back again, this one stays as it is. */
      readonly brokenBy?: StandingTask;
    }
  /** The process that has the run carries it no further. */
  | { readonly kind: 'stopped'; readonly why: string }
  /** The run is being cancelled: nothing new starts. */
  | { readonly kind: 'cancelled'; readonly by: string; readonly sinceMs: number }
  /** Direct upstreams that are not SUCCESS or SKIPPED; those that did not end well come first. */
  | {
      readonly kind: 'upstreams';
      readonly upstreams: readonly StandingTask[];
      /** A task somewhere upstream of it that did not end well: until somebody acts on that, this one does not start. */
      readonly brokenBy?: StandingTask;
    }
  /** Another task failed or was cancelled, and the run's policy lets nothing new start. */
  | { readonly kind: 'failure'; readonly policy: FailurePolicy; readonly failed: StandingTask }
  /** An operator has paused the run. */
  | { readonly kind: 'paused'; readonly by?: string; readonly sinceMs?: number }
  /** The next automatic attempt is due later. */
  | {
      readonly kind: 'backoff';
      readonly untilMs: number;
      /** The attempt that is to come. */
      readonly attempt: number;
      /** Why the one before failed. */
      readonly error?: SerializedError;
    }
  /** Nothing holds it back: it has its slot and its limits, or is about to be given them. */
  | { readonly kind: 'starting' }
  /** A named limit is full. */
  | {
      readonly kind: 'limit';
      readonly limit: string;
      /** How many may hold it at a time; absent where another process runs the run. */
      readonly size?: number;
      readonly holders: readonly LimitHolder[];
      /** Whether these are all that hold it. Not where another process runs the run: then they are those of this run. */
      readonly isWhole: boolean;
    }
  /** No slot is free; where that is not known here, it may as well be a limit that other runs hold. */
  | { readonly kind: 'slot'; readonly slots: SlotUse };

/** Of a limit that keeps a task from starting. */
export type FullLimit = Omit<Extract<WaitReason, { readonly kind: 'limit' }>, 'kind'>;

/** What the record of a run does not tell: what keeps a task from starting that could start as far as it is concerned. */
export interface StartFacts {
  /** Why nothing of the run starts any more in the process that has it; undefined while it does. */
  readonly stoppedBecause: string | undefined;
  /** Whether the next automatic attempt of a task that has failed is still to come due. */
  isBackingOff(task: number): boolean;
  /** Whether the task has been given its slot and limits, and only its start is not recorded yet. */
  isStarting(task: number): boolean;
  /** A limit of the task that is full; undefined when all have room. */
  fullLimit(task: number): FullLimit | undefined;
  /** How the slots are used; undefined when one is free. */
  slotsInUse(): SlotUse | undefined;
}
