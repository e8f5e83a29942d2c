import { criticalPath, type Digraph } from '../graph/index.ts';
import type { Plan } from '../plan/index.ts';
import { Schedule, type LimitPool } from '../schedule/index.ts';
import {
  isSatisfied,
  isSettledRun,
  mayStartTasks,
  terminalStateOf,
  type RunEvent,
  type RunHeader,
  type RunRecord,
  type TaskChange,
} from '../state/index.ts';
import { AttemptRunner } from './attempt-runner.ts';
import { backoffMs } from './backoff.ts';
import type { WorkSource } from './dispatcher.ts';
import type { EngineParts } from './engine-parts.ts';
import { RunJournal, type CommitExtras, type Decision } from './run-journal.ts';
import { RunReporter } from './run-reporter.ts';
import { TaskCancelledError } from './task-errors.ts';
import { runAttempt, type AttemptOutcome } from './attempt.ts';
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
  readonly #backoffs = new Map<number, () => void>();
  readonly #priority: Float64Array;
  readonly #limits: readonly Int32Array[];
  #schedule: Schedule;
  #isSettling = false;
  #isConcluded: boolean;
  #failure: unknown;
  #waiters: { resolve: () => void; reject: (error: unknown) => void }[] = [];

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
      onRecorded: (event, changes) => {
        this.#follow(event, changes);
      },
      onBatch: () => {
        this.#afterBatch();
      },
    });
    this.#priority = priorities(plan);
    this.#limits = limitIds(plan, header.id, parts.limits);
    this.#schedule = this.#forwardSchedule();
    this.#isConcluded = isSettledRun(record.state);
    if (!this.#isConcluded) this.#armBackoffs();
  }

  /** Begins, or goes on with, whatever the recorded state allows. */
  begin(): void {
    this.#afterBatch();
  }

  hasWork(): boolean {
    return this.#mayTake() && this.#schedule.hasStartable();
  }

  take(): (() => Promise<void>) | undefined {
    if (!this.#mayTake()) return undefined;
    const task = this.#schedule.take();
    if (task === -1) return undefined;
    const isUndo = this.record.state === 'ROLLING_BACK';
    return async () => {
      try {
        await (isUndo ? this.#undo(task) : this.#attempt(task));
      } catch (error) {
        this.#fail(error);
      }
    };
  }

  /** Records an operator's decision, and tells when it is durable. */
  async operate(decide: Decision, extras?: CommitExtras): Promise<readonly RunEvent[]> {
    if (this.#failure !== undefined) throw this.#failure;
    return await this.#journal.propose(decide, extras);
  }

  /** Resolves when the run is over and nothing of it is in flight; rejects when the store failed. */
  async settled(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (isSettledRun(this.record.state)) return;
    await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Aborts every body under way, for a shutdown; nothing more is recorded of what they make of it unless they succeed. */
  abandon(error: unknown): void {
    for (const cancel of this.#backoffs.values()) cancel();
    this.#attempts.abortAll(error);
    this.#fail(error);
  }

  /** Why a READY task does not run yet: the full limit that it needs a place of. */
  limitBefore(task: number): string | undefined {
    return this.#schedule.blockedBy(task);
  }

  #mayTake(): boolean {
    if (this.#failure !== undefined) return false;
    if (this.record.state === 'ROLLING_BACK') return true;
    return mayStartTasks(this.record, this.plan.workflow.onFailure);
  }

  async #attempt(task: number): Promise<void> {
    const { clock } = this.#parts;
    const started = await this.#journal.propose((record) => {
      if (!mayStartTasks(record, this.plan.workflow.onFailure)) return [];
      return [{ type: 'task-started', task, attempt: record.attempt(task) + 1, atMs: clock.nowMs() }];
    });
    if (started.length === 0) {
      this.#schedule.release(task);
      this.#schedule.offer(task);
      return;
    }
    const outcome = await this.#attempts.run(task, (declared, context) => runAttempt(declared, context));
    await this.#journal.propose((record) => [this.#eventOf(task, outcome, record)]);
  }

  async #undo(task: number): Promise<void> {
    const { clock } = this.#parts;
    await this.#journal.propose(() => [{ type: 'task-rollback-started', task, atMs: clock.nowMs() }]);
    const output = this.record.output(task);
    const error = await this.#attempts.run(task, (declared, context) => runUndo(declared, context, output));
    await this.#journal.propose(() => [
      error
        ? { type: 'task-rollback-failed', task, error: this.#parts.scrubber.error(error), atMs: clock.nowMs() }
        : { type: 'task-rolled-back', task, atMs: clock.nowMs() },
    ]);
  }

  #eventOf(task: number, outcome: AttemptOutcome, record: RunRecord): RunEvent {
    const { clock, scrubber, random } = this.#parts;
    const atMs = clock.nowMs();
    if (outcome.kind === 'succeeded')
      return { type: 'task-succeeded', task, output: scrubber.json(outcome.output), atMs };
    const error = scrubber.error(outcome.error);
    if (outcome.kind === 'unknown') return { type: 'task-outcome-unknown', task, error, atMs };
    if (record.taskState(task) === 'CANCELLING') return { type: 'task-cancelled', task, error, atMs };
    const retry = this.plan.tasks[task]?.retry;
    const delayMs = retry && backoffMs(retry, this.#automaticAttempts(task, record), random());
    return { type: 'task-failed', task, error, atMs, ...(delayMs === undefined ? {} : { retryAtMs: atMs + delayMs }) };
  }

  /** Attempts since the operator last asked for a retry. */
  #automaticAttempts(task: number, record: RunRecord): number {
    return record.attempt(task) - record.attemptBeforeRetry(task);
  }

  #follow(event: RunEvent, changes: readonly TaskChange[]): void {
    if ('task' in event) this.#followTask(event.task, event);
    else if (event.type === 'tasks-retried') this.#followRetry(event.tasks);
    else if (event.type === 'run-rollback-started') this.#replaceSchedule(this.#backwardSchedule(event.tasks));
    this.reporter.tell(event, changes);
  }

  #followTask(task: number, event: RunEvent): void {
    switch (event.type) {
      case 'task-succeeded':
      case 'task-rolled-back':
        this.#schedule.release(task);
        this.#schedule.settle(task);
        return;
      case 'task-failed':
        this.#schedule.release(task);
        if (event.retryAtMs !== undefined) this.#offerLater(task, event.retryAtMs - event.atMs);
        return;
      case 'task-cancelled':
      case 'task-outcome-unknown':
      case 'task-rollback-failed':
        this.#schedule.release(task);
        return;
      case 'task-cancelling':
        this.#attempts.abort(task, new TaskCancelledError(this.plan.tasks[task]?.key ?? '', event.by));
        return;
      case 'task-skipped':
        if (this.#isConcluded) this.#takeUpAgain();
        else this.#schedule.settle(task);
        return;
      case 'task-resolved-success':
        this.#schedule.settle(task);
        return;
      default:
    }
  }

  #followRetry(tasks: readonly number[]): void {
    if (this.#isConcluded) this.#takeUpAgain();
    else for (const task of tasks) this.#schedule.offer(task);
  }

  /** An ended run goes on: what may start is read off the record anew. */
  #takeUpAgain(): void {
    this.#isConcluded = false;
    this.#replaceSchedule(this.#forwardSchedule());
    this.#armBackoffs();
  }

  #offerLater(task: number, delayMs: number): void {
    const cancel = this.#parts.deadlines.after(delayMs, () => {
      this.#backoffs.delete(task);
      this.#schedule.offer(task);
      this.#parts.dispatcher.wake(this);
    });
    this.#backoffs.set(task, cancel);
  }

  #afterBatch(): void {
    if (this.#failure !== undefined) return;
    this.#abortIfAsked();
    this.#settleIfOver();
    this.#parts.dispatcher.wake(this);
  }

  /** The policy `abort-running`: a failure cancels what still runs. */
  #abortIfAsked(): void {
    const { onFailure } = this.plan.workflow;
    if (onFailure !== 'abort-running' || this.record.count('FAILED') === 0 || this.record.count('RUNNING') === 0)
      return;
    const decide: Decision = (record) =>
      record
        .tasksIn('RUNNING')
        .map((task) => ({ type: 'task-cancelling', task, by: 'the failure policy', atMs: this.#parts.clock.nowMs() }));
    this.#journal.propose(decide).catch((error: unknown) => {
      this.#fail(error);
    });
  }

  #settleIfOver(): void {
    const { record, plan } = this;
    if (isSettledRun(record.state)) {
      this.#conclude();
      return;
    }
    const state = terminalStateOf(record, plan.workflow.onFailure);
    if (this.#isSettling || state === undefined) return;
    this.#isSettling = true;
    const nowMs = this.#parts.clock.nowMs();
    const { id: runId, context } = this.header;
    const settlement = { input: plan.input, runId, state, context, nowMs };
    const extras: CommitExtras = {
      claims: 'release',
      also: (tables) => plan.workflow.hooks.settle({ ...settlement, tables }),
    };
    this.#journal
      .propose(
        (latest) =>
          terminalStateOf(latest, plan.workflow.onFailure) === state
            ? [{ type: 'run-settled', state, atMs: nowMs }]
            : [],
        extras,
      )
      .catch((error: unknown) => {
        this.#fail(error);
      })
      .finally(() => {
        this.#isSettling = false;
      });
  }

  #conclude(): void {
    this.#isConcluded = true;
    for (const cancel of this.#backoffs.values()) cancel();
    this.#backoffs.clear();
    this.#parts.dispatcher.forget(this);
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  /** The store, or a workflow's own hook, failed: what is not recorded did not happen as far as this run knows. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#parts.dispatcher.forget(this);
    this.#parts.reportFailure(this.header.id, error);
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }

  #replaceSchedule(schedule: Schedule): void {
    this.#schedule.dispose();
    this.#schedule = schedule;
  }

  #forwardSchedule(): Schedule {
    const { record } = this;
    const schedule = this.#scheduleOver(this.plan.graph, (task) => isSatisfied(record.taskState(task)));
    for (let task = 0; task < record.size; task++) {
      if (record.taskState(task) !== 'READY' || record.retryAtMs(task) !== undefined) schedule.withdraw(task);
    }
    return schedule;
  }

  /** Waits on for the automatic attempts that were due later when the run was last looked at. */
  #armBackoffs(): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const task of this.record.tasksIn('READY')) {
      const retryAtMs = this.record.retryAtMs(task);
      if (retryAtMs !== undefined) this.#offerLater(task, Math.max(0, retryAtMs - nowMs));
    }
  }

  /** The same scheduling backwards: an undo waits for the undos of everything downstream of it. */
  #backwardSchedule(tasks: readonly number[]): Schedule {
    const toUndo = new Set(tasks);
    return this.#scheduleOver(reversed(this.plan.graph), (task) => !toUndo.has(task));
  }

  #scheduleOver(graph: Digraph, settled: (task: number) => boolean): Schedule {
    return new Schedule({
      graph,
      priority: this.#priority,
      pool: this.#parts.limits,
      limitsOf: (task) => this.#limits[task] ?? noLimits,
      settled,
      onRoom: () => {
        this.#parts.dispatcher.wake(this);
      },
    });
  }
}

const noLimits = new Int32Array(0);

function priorities(plan: Plan): Float64Array {
  const estimates = Float64Array.from(plan.tasks, (task) => task.estimateMs);
  const { tail } = criticalPath(plan.graph, plan.order, estimates);
  for (const [task, { priority }] of plan.tasks.entries()) if (priority !== undefined) tail[task] = priority;
  return tail;
}

/** Limits that a fan-out made for itself belong to this run alone; all others are the engine's. */
function limitIds(plan: Plan, runId: number, pool: LimitPool): readonly Int32Array[] {
  const own = new Map(
    Object.entries(plan.ownLimits).map(([name, size]) => [name, pool.sized(`run ${runId}: ${name}`, size)]),
  );
  return plan.tasks.map((task) => {
    if (task.limits.length === 0) return noLimits;
    return Int32Array.from(new Set(task.limits.map((name) => own.get(name) ?? pool.slotFor(name)))).sort();
  });
}

function reversed(graph: Digraph): Digraph {
  return {
    ...graph,
    upstreamStart: graph.downstreamStart,
    upstreamList: graph.downstreamList,
    downstreamStart: graph.upstreamStart,
    downstreamList: graph.upstreamList,
  };
}
