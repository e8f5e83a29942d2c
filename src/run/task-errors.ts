import { PrecedeError } from '../errors/index.ts';

/** An attempt ran longer than its `timeoutMs`. */
export class TaskTimeoutError extends PrecedeError<'TASK_TIMEOUT'> {
  constructor(key: string, timeoutMs: number, cause?: unknown) {
    super('TASK_TIMEOUT', {
      message: `Task "${key}" was not done after ${timeoutMs} ms.`,
      next: 'Find out why it takes so long (its log), then retry it; or give it a longer timeoutMs.',
      details: { task: key, timeoutMs },
      cause,
    });
  }
}

/** An attempt was aborted because its task or run was cancelled. */
export class TaskCancelledError extends PrecedeError<'TASK_CANCELLED'> {
  constructor(key: string, by: string, cause?: unknown) {
    super('TASK_CANCELLED', {
      message: `Task "${key}" was cancelled by ${by}.`,
      next: 'Retry it, or roll the run back.',
      details: { task: key, by },
      cause,
    });
  }
}

/** What a body returned cannot be recorded. */
export class InvalidOutputError extends PrecedeError<'INVALID_OUTPUT'> {
  constructor(key: string, why: string) {
    super('INVALID_OUTPUT', {
      message: `The output of task "${key}" cannot be recorded: ${why}.`,
      next: 'Return a JSON value of at most 1 MiB; keep larger things elsewhere and return where.',
      details: { task: key },
    });
  }
}

/** A body said that it is done, but its own `check` says that the effect is missing. */
export class EffectMissingError extends PrecedeError<'EFFECT_MISSING'> {
  constructor(key: string) {
    super('EFFECT_MISSING', {
      message: `Task "${key}" ended without an error, but its check says that its effect is not in place.`,
      next: 'Look at its log and at what it acts on, then retry it.',
      details: { task: key },
    });
  }
}

/** An undo ended without an error, but the task's `check` does not say that the effect is gone. */
export class UndoUnverifiedError extends PrecedeError<'UNDO_UNVERIFIED'> {
  constructor(key: string, found: string) {
    super('UNDO_UNVERIFIED', {
      message: `The undo of task "${key}" ended without an error, but its check does not say "needed": ${found}.`,
      next: 'Look at what it acts on, then roll back again.',
      details: { task: key },
    });
  }
}

/** A body read the output of an upstream that was skipped without an output. */
export class OutputSkippedError extends PrecedeError<'OUTPUT_SKIPPED'> {
  constructor(key: string) {
    super('OUTPUT_SKIPPED', {
      message: `The output of task "${key}" is not there: the task was skipped.`,
      next: 'Give it skippable: { output } if its dependents can go on with a stand-in.',
      details: { task: key },
    });
  }
}

/** A dry run read the output of an upstream that is only known after the run. */
export class OutputUnknownError extends PrecedeError<'OUTPUT_UNKNOWN'> {
  constructor(key: string) {
    super('OUTPUT_UNKNOWN', {
      message: `The output of task "${key}" is known only after it has run.`,
      details: { task: key },
    });
  }
}

/**
 * Thrown by a body whose effect may have happened, and that cannot tell. The task's `check` is asked; when it cannot tell
 * either, the task is UNKNOWN until an operator resolves it.
 */
export class OutcomeUnknownError extends PrecedeError<'OUTCOME_UNKNOWN'> {
  readonly mayHaveRun = true;

  constructor(message: string, cause?: unknown) {
    super('OUTCOME_UNKNOWN', {
      message,
      next: 'Find out whether it happened, then resolve the task as success or as failed.',
      cause,
    });
  }
}

/** Whether a body's error says that its effect may have happened after all: the outcome is to be asked, not guessed. */
export function isOutcomeUnknown(thrown: unknown): boolean {
  return thrown instanceof PrecedeError && 'mayHaveRun' in thrown && thrown.mayHaveRun === true;
}
