import type { Plan } from '../plan/index.ts';
import {
  isSettledRun,
  mayStartTasks,
  terminalStateOf,
  type RunEvent,
  type RunHeader,
  type LimitHolder,
  type RunRecord,
  type StartFacts,
  type TaskChange,
} from '../state/index.ts';
import { runAttempt, type AttemptOutcome } from './attempt.ts';
import { AttemptRunner } from './attempt-runner.ts';
import { backoffMs } from './backoff.ts';
import type { WorkSource } from './dispatcher.ts';
import type { EngineParts } from './engine-parts.ts';
import { operations } from './operations.ts';
import { RunDeadline, runDeadlineName } from './run-deadline.ts';
import { RunJournal, type Decision, type ProposalOptions } from './run-journal.ts';
import { RunReporter } from './run-reporter.ts';
import { RunSchedule } from './run-schedule.ts';
import { liveStartFacts } from './start-facts.ts';
import { TaskCancelledError } from './task-errors.ts';
import { runUndo } from './undo-attempt.ts';

export interface LiveRunOptions {
  readonly header: RunHeader;
  readonly plan: Plan;
  /** With all recorded events folded in. */
  readonly record: RunRecord;
  readonly parts: EngineParts;
}

/**
 * One run in this process: starts what may start, runs attempts, records outcomes, notices the end. Everything it does
 * to the run's state goes through the journal; the schedule only follows what has been recorded.
 */
export class LiveRun implements WorkSource {
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly reporter: RunReporter;
  readonly #parts: EngineParts;
  readonly #journal: RunJournal;
  readonly #attempts: AttemptRunner;
  readonly #schedule: RunSchedule;
  readonly #deadline: RunDeadline;
  #isConcluded: boolean;
  #isSettling = false;
  #isAborted = false;
  #failure: Error | undefined;
  #waiters: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor({ header, plan, record, parts }: LiveRunOptions) {
    this.header = header;
    this.plan = plan;
    this.record = record;
    this.#parts = parts;
    this.reporter = new RunReporter({ header, plan, record, parts });
    this.#attempts = new AttemptRunner({ header, plan, record, parts, reporter: this.reporter });
    this.#journal = new RunJournal({
      runId: header.id,
      record,
      store: parts.store,
      scrubber: parts.scrubber,
      onRecorded: (event, changes) => {
        this.#follow(event, changes);
      },
      onBatch: () => {
        this.#afterBatch();
      },
      onStopped: (error) => {
        this.#fail(error);
      },
    });
    const onReady = (): void => {
      parts.dispatcher.wake(this);
    };
    this.#schedule = new RunSchedule({ runId: header.id, plan, record, parts, onReady });
    this.#deadline = new RunDeadline({
      deadlineMs: header.deadlineMs ?? Infinity,
      record,
      parts,
      onOver: () => {
        this.#cancelLate();
      },
    });
    this.#isConcluded = isSettledRun(record.state);
  }

  /** Begins, or goes on with, whatever the recorded state allows. */
  begin(): void {
    if (this.#failure) return;
    this.#schedule.armBackoffs();
    this.#deadline.begin();
    this.#afterBatch();
  }

  hasWork(): boolean {
    return this.#mayTake() && this.#schedule.hasStartable();
  }

  take(): (() => Promise<void>) | undefined {
    const task = this.#mayTake() ? this.#schedule.take() : -1;
    if (task === -1) return undefined;
    const isUndo = this.record.state === 'ROLLING_BACK';
    return async () => {
      try {
        await (isUndo ? this.#undo(task) : this.#attempt(task));
      } catch (error) {
        this.#journal.stop(error);
        this.#schedule.letGo(task);
      }
    };
  }

  /** Records an operator's decision; resolves when it is durable. */
  operate(decide: Decision, extras: ProposalOptions['extras']): Promise<readonly RunEvent[]> {
    return this.#journal.propose(decide, { isAsked: true, ...(extras ? { extras } : {}) });
  }

  /** Resolves when the run is over and nothing of it is in flight; rejects when it can no longer be recorded. */
  async settled(): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (isSettledRun(this.record.state)) return;
    await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /**
   * Aborts every body under way, for a shutdown. What still succeeds is recorded; the rest is left as it is, for whoever
   * takes the run up: a body that was made to stop has not failed.
   */
  abort(error: Error): void {
    this.#isAborted = true;
    this.#attempts.abortAll(error);
  }

  /** Resolves when nothing of it waits to be recorded. */
  recorded(): Promise<void> {
    return this.#journal.idle();
  }

  /** Records nothing from now on. */
  abandon(error: Error): void {
    this.#journal.stop(error);
  }

  /** What keeps its tasks from starting at this instant; `runs` are those that share its limits, itself among them. */
  startFacts(runs: () => Iterable<LiveRun>): StartFacts {
    const { dispatcher } = this.#parts;
    const closing = dispatcher.isStopped ? 'The engine is closing.' : undefined;
    return liveStartFacts({
      record: this.record,
      schedule: this.#schedule,
      dispatcher,
      stoppedBecause: this.#failure?.message ?? closing,
      holdersOf: (limitId) => Array.from(runs(), (run) => run.holdersOf(limitId)).flat(),
    });
  }

  /** The tasks that hold a limit, by its id in the engine's pool. O(tasks under way). */
  holdersOf(limitId: number): readonly LimitHolder[] {
    const runId = this.header.id;
    const { tasks } = this.plan;
    return this.#schedule.holdersOf(limitId).map((task) => ({ runId, number: task + 1, key: tasks[task]?.key ?? '' }));
  }

  #mayTake(): boolean {
    if (this.#failure) return false;
    return this.record.state === 'ROLLING_BACK' || mayStartTasks(this.record, this.plan.workflow.onFailure);
  }

  async #attempt(task: number): Promise<void> {
    const { clock } = this.#parts;
    const started = await this.#journal.propose((record) => {
      if (this.#isAborted || !mayStartTasks(record, this.plan.workflow.onFailure)) return [];
      return [{ type: 'task-started', task, attempt: record.attempt(task) + 1, atMs: clock.nowMs() }];
    });
    if (started.length === 0) {
      this.#schedule.putBack(task);
      return;
    }
    if (this.#failure) throw this.#failure;
    const outcome = await this.#attempts.run(task, (declared, context) => runAttempt(declared, context));
    if (this.#isAborted && outcome.kind !== 'succeeded') {
      this.#schedule.letGo(task);
      return;
    }
    await this.#journal.propose((record) => [this.#eventOf(task, outcome, record)]);
  }

  async #undo(task: number): Promise<void> {
    const { clock } = this.#parts;
    await this.#journal.propose(() => [{ type: 'task-rollback-started', task, atMs: clock.nowMs() }]);
    if (this.#failure) throw this.#failure;
    const output = this.record.output(task);
    const error = await this.#attempts.run(task, (declared, context) => runUndo(declared, context, output));
    if (this.#isAborted && error) {
      this.#schedule.letGo(task);
      return;
    }
    await this.#journal.propose(() => {
      const atMs = clock.nowMs();
      if (error) return [{ type: 'task-rollback-failed', task, error, atMs }];
      return [{ type: 'task-rolled-back', task, atMs }];
    });
  }

  #eventOf(task: number, outcome: AttemptOutcome, record: RunRecord): RunEvent {
    const { clock, random } = this.#parts;
    const atMs = clock.nowMs();
    if (outcome.kind === 'succeeded') return { type: 'task-succeeded', task, output: outcome.output, atMs };
    const { error } = outcome;
    if (outcome.kind === 'unknown') return { type: 'task-outcome-unknown', task, error, atMs };
    if (record.taskState(task) === 'CANCELLING') return { type: 'task-cancelled', task, error, atMs };
    const retry = this.plan.tasks[task]?.retry;
    const attemptsSinceAsked = record.attempt(task) - record.attemptBeforeRetry(task);
    const delayMs = retry && backoffMs(retry, attemptsSinceAsked, random());
    return { type: 'task-failed', task, error, atMs, ...(delayMs === undefined ? {} : { retryAtMs: atMs + delayMs }) };
  }

  #follow(event: RunEvent, changes: readonly TaskChange[]): void {
    const isTakenUpAgain = this.#isConcluded && (event.type === 'tasks-retried' || event.type === 'task-skipped');
    if (isTakenUpAgain) this.#schedule.takeUpAgain();
    else this.#schedule.follow(event);
    this.#deadline.follow();
    this.#isConcluded = isSettledRun(this.record.state);
    if (event.type === 'task-cancelling') this.#abort(event.task, event.by);
    this.reporter.tell(event, changes);
  }

  #abort(task: number, by: string): void {
    this.#attempts.abort(task, new TaskCancelledError(this.plan.tasks[task]?.key ?? '', by));
  }

  #afterBatch(): void {
    if (this.#failure) return;
    if (isSettledRun(this.record.state)) {
      this.#conclude();
      return;
    }
    this.#abortIfAsked();
    this.#settleIfOver();
    this.#parts.dispatcher.wake(this);
  }

  /** The policy `abort-running`: a failure cancels what still runs. */
  #abortIfAsked(): void {
    const { record, plan } = this;
    const isAsked = plan.workflow.onFailure === 'abort-running' && record.count('FAILED') > 0;
    if (!isAsked || record.count('RUNNING') === 0) return;
    const by = 'the failure policy';
    this.#propose((latest) => {
      const atMs = this.#parts.clock.nowMs();
      return latest.tasksIn('RUNNING').map((task) => ({ type: 'task-cancelling', task, by, atMs }));
    });
  }

  /** The run's deadline is over: it is cancelled as if somebody had asked for it. */
  #cancelLate(): void {
    const { header, plan } = this;
    this.#propose(
      (record) => {
        const isOpen = (record.state === 'RUNNING' || record.state === 'PAUSED') && !record.isCancelRequested;
        const atMs = this.#parts.clock.nowMs();
        if (!isOpen) return [];
        return operations.cancelRun({ runId: header.id, plan, record, by: runDeadlineName, atMs });
      },
      // A commit of its own: no task may be started in the same one.
      {},
    );
  }

  #settleIfOver(): void {
    const { record, plan, header } = this;
    const { onFailure, hooks } = plan.workflow;
    const state = terminalStateOf(record, onFailure);
    if (this.#isSettling || state === undefined) return;
    this.#isSettling = true;
    const nowMs = this.#parts.clock.nowMs();
    const settlement = { input: plan.input, runId: header.id, state, context: header.context, nowMs };
    this.#propose(
      (latest) => {
        this.#isSettling = false;
        return terminalStateOf(latest, onFailure) === state ? [{ type: 'run-settled', state, atMs: nowMs }] : [];
      },
      { extras: () => ({ claims: 'release', also: (tables) => hooks.settle({ ...settlement, tables }) }) },
    );
  }

  #propose(decide: Decision, options?: ProposalOptions): void {
    // That it cannot be recorded is told by `onStopped`.
    this.#journal.propose(decide, options).catch(() => undefined);
  }

  #conclude(): void {
    this.#schedule.stop();
    this.#parts.dispatcher.forget(this);
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  /** The store, or a workflow's own hook, failed: what is not recorded did not happen as far as this run knows. */
  #fail(error: Error): void {
    this.#failure = error;
    this.#schedule.stop();
    this.#deadline.stop();
    this.#parts.dispatcher.forget(this);
    this.#parts.reportFailure(this.header.id, error);
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
