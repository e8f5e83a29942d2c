import type { SerializedError } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import type { DeclaredTask } from '../workflow/index.ts';
import { mayStartTasks, type RunEvent, type RunRecord } from '../state/index.ts';
import { runAttempt, type AttemptOutcome } from './attempt.ts';
import type { AttemptRunner } from './attempt-runner.ts';
import { backoffMs } from './backoff.ts';
import type { EngineParts } from './engine-parts.ts';
import type { RunJournal } from './run-journal.ts';
import type { RunSchedule } from './run-schedule.ts';
import { settleAttempt, settleCancelled, settleUndo } from './settle-attempt.ts';
import type { Tidying } from './tidying.ts';
import { runUndo } from './undo-attempt.ts';

interface TaskWorkOptions {
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly parts: Pick<EngineParts, 'clock' | 'random'>;
  readonly journal: RunJournal;
  readonly attempts: AttemptRunner;
  readonly schedule: RunSchedule;
  readonly tidying: Tidying;
  /** Bodies are being made to stop, for a shutdown. */
  readonly isAborted: () => boolean;
  /** Why nothing can be recorded any more. */
  readonly failure: () => Error | undefined;
}

/** What is done for one task in one slot: an attempt, an undo, or settling what a process that has ended left behind. */
export class TaskWork {
  readonly #options: TaskWorkOptions;

  constructor(options: TaskWorkOptions) {
    this.#options = options;
  }

  /** Records the start of an attempt, runs it, records its outcome. */
  async attempt(task: number): Promise<void> {
    const { plan, parts, journal, schedule, isAborted } = this.#options;
    const started = await journal.propose((record) => {
      if (isAborted() || !mayStartTasks(record, plan.workflow.onFailure)) return [];
      return [{ type: 'task-started', task, attempt: record.attempt(task) + 1, atMs: parts.clock.nowMs() }];
    });
    if (started.length === 0) {
      schedule.putBack(task);
      return;
    }
    this.#requireSound();
    await this.#options.tidying.done(task);
    await this.#end(task, await this.#options.attempts.run(task, runAttempt));
  }

  /** Records the start of an undo, runs it, records its outcome. */
  async undo(task: number): Promise<void> {
    const { record, parts, journal, attempts } = this.#options;
    await journal.propose(() => [{ type: 'task-rollback-started', task, atMs: parts.clock.nowMs() }]);
    this.#requireSound();
    await this.#options.tidying.done(task);
    const output = record.output(task);
    await this.#endUndo(task, await attempts.run(task, (declared, context) => runUndo(declared, context, output)));
  }

  /** Finds out how an attempt or an undo ended whose process has ended, or goes on with it, and records that. */
  async settle(task: number): Promise<void> {
    const { record, attempts } = this.#options;
    const state = record.taskState(task);
    if (state === 'ROLLING_BACK') {
      const output = record.output(task);
      await this.#endUndo(task, await attempts.run(task, (declared, context) => settleUndo(declared, context, output)));
      return;
    }
    const by = record.cancelRequest?.by ?? 'an operator';
    const settled = await attempts.run(task, (declared, context) =>
      state === 'CANCELLING' ? settleCancelled(declared, context, by) : settleAttempt(declared, context),
    );
    await this.#end(task, settled);
  }

  /** What a body that was made to stop did not achieve is left as it is, for whoever takes the run up. */
  async #end(task: number, outcome: AttemptOutcome): Promise<void> {
    const { journal, schedule, isAborted, tidying } = this.#options;
    if (isAborted() && outcome.kind !== 'succeeded') {
      schedule.letGo(task);
      return;
    }
    await journal.propose((record) => [this.#eventOf(task, outcome, record)]);
    // What is not known is asked for again later.
    if (outcome.kind !== 'unknown') await tidying.tidy(task);
  }

  async #endUndo(task: number, error: SerializedError | undefined): Promise<void> {
    const { plan, journal, schedule, parts, isAborted, tidying } = this.#options;
    if (isAborted() && error) {
      schedule.letGo(task);
      return;
    }
    await journal.propose((record) => {
      const atMs = parts.clock.nowMs();
      if (!error) return [{ type: 'task-rolled-back', task, atMs }];
      const retryAt = this.#nextAttempt(plan.tasks[task]?.undoRetry, record.undoAttempt(task), atMs);
      return [{ type: 'task-rollback-failed', task, error, atMs, ...retryAt }];
    });
    await tidying.tidy(task);
  }

  #eventOf(task: number, outcome: AttemptOutcome, record: RunRecord): RunEvent {
    const { plan, parts } = this.#options;
    const atMs = parts.clock.nowMs();
    if (outcome.kind === 'succeeded') {
      const { output, isAdopted } = outcome;
      return { type: 'task-succeeded', task, output, atMs, ...(isAdopted ? { isAdopted } : {}) };
    }
    const { error } = outcome;
    if (outcome.kind === 'unknown') return { type: 'task-outcome-unknown', task, error, atMs };
    if (record.taskState(task) === 'CANCELLING') return { type: 'task-cancelled', task, error, atMs };
    const attemptsSinceAsked = record.attempt(task) - record.attemptBeforeRetry(task);
    return {
      type: 'task-failed',
      task,
      error,
      atMs,
      ...this.#nextAttempt(plan.tasks[task]?.retry, attemptsSinceAsked, atMs),
    };
  }

  /** When it is tried again by itself, drawn here and recorded with the failure. */
  #nextAttempt(
    retry: DeclaredTask['retry'] | undefined,
    attemptsDone: number,
    atMs: number,
  ): { readonly retryAtMs?: number } {
    const delayMs = retry && backoffMs(retry, attemptsDone, this.#options.parts.random());
    return delayMs === undefined ? {} : { retryAtMs: atMs + delayMs };
  }

  #requireSound(): void {
    const failure = this.#options.failure();
    if (failure) throw failure;
  }
}
