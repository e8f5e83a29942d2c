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
  type TaskState,
} from '../state/index.ts';
import { LeaseLostError } from '../store/index.ts';
import { AttemptRunner } from './attempt-runner.ts';
import type { WorkSource } from './dispatcher.ts';
import type { EngineParts } from './engine-parts.ts';
import { irreversibleTask, operations, rollbackOf } from './operations.ts';
import { parking } from './parking.ts';
import { RunDeadline, runDeadlineName } from './run-deadline.ts';
import { RunJournal, type Decision, type ProposalOptions } from './run-journal.ts';
import { RunReporter } from './run-reporter.ts';
import { RunSchedule } from './run-schedule.ts';
import { liveStartFacts } from './start-facts.ts';
import { TaskCancelledError } from './task-errors.ts';
import { TaskWork } from './task-work.ts';
import { Tidying } from './tidying.ts';
import { traced } from './trace-id.ts';

/** What an ended run goes on with, in the direction that its record has then. */
const takesUpAgain: ReadonlySet<RunEvent['type']> = new Set([
  'tasks-retried',
  'task-skipped',
  'undos-retried',
  'undo-skipped',
]);

/** In whose name a workflow's `onFailure` acts. */
const policyName = 'the failure policy';

export interface LiveRunOptions {
  readonly header: RunHeader;
  readonly plan: Plan;
  /** With all recorded events folded in. */
  readonly record: RunRecord;
  /** The fencing token of the next append. */
  readonly fence: number;
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
  readonly #work: TaskWork;
  readonly #tidying: Tidying;
  /** What was under way when the process ended that had the run before. */
  #abandoned: readonly number[] = [];
  readonly #released = Promise.withResolvers<undefined>();
  #underWay = 0;
  #isConcluded: boolean;
  #isSettling = false;
  #isAborted = false;
  #failure: Error | undefined;
  #waiters: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor({ header, plan, record, fence, parts }: LiveRunOptions) {
    this.header = header;
    this.plan = plan;
    this.record = record;
    this.#parts = parts;
    this.reporter = new RunReporter({ header, plan, record, parts });
    this.#attempts = new AttemptRunner({ header, plan, record, parts, reporter: this.reporter });
    this.#journal = new RunJournal({
      runId: header.id,
      record,
      fence,
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
    const shared = { plan, record, parts, attempts: this.#attempts };
    this.#tidying = new Tidying({
      ...shared,
      onIdle: () => {
        this.#conclude();
      },
    });
    this.#work = new TaskWork({
      ...{ ...shared, journal: this.#journal, schedule: this.#schedule, tidying: this.#tidying },
      isAborted: () => this.#isAborted,
      failure: () => this.#failure,
    });
    this.#isConcluded = isSettledRun(record.state);
  }

  /** The fencing token of the next append. */
  get fence(): number {
    return this.#journal.fence;
  }

  /** Begins, or goes on with, whatever the recorded state allows. */
  begin(): void {
    if (this.#failure) return;
    this.#schedule.armBackoffs();
    this.#deadline.begin();
    this.#afterBatch();
  }

  /** Goes on with a run whose process has ended: what it left under way is settled first. */
  recover(): void {
    this.#abandoned = ['RUNNING', 'CANCELLING', 'ROLLING_BACK'].flatMap((state) =>
      this.record.tasksIn(state as TaskState),
    );
    for (const task of this.#abandoned) this.#schedule.hold(task);
    this.#tidying.tidyAll();
    this.begin();
  }

  /**
   * Takes a run that has made its process end again and again out of the way: nobody knows what became of what was under
   * way, and nothing starts before an operator says so.
   */
  async park(reason: string): Promise<void> {
    await this.#journal.propose((record) => parking(record, { reason, atMs: this.#parts.clock.nowMs() }), {});
  }

  hasWork(): boolean {
    if (this.#failure) return false;
    return this.#abandoned.length > 0 || (this.#mayTake() && this.#schedule.hasStartable());
  }

  take(): (() => Promise<void>) | undefined {
    if (this.#failure) return undefined;
    const [abandoned] = this.#abandoned;
    this.#abandoned = this.#abandoned.slice(1);
    if (abandoned !== undefined) return () => this.#do(abandoned, () => this.#work.settle(abandoned));
    const task = this.#mayTake() ? this.#schedule.take() : -1;
    if (task === -1) return undefined;
    const isUndo = this.record.state === 'ROLLING_BACK';
    return () => this.#do(task, () => (isUndo ? this.#work.undo(task) : this.#work.attempt(task)));
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

  /** Resolves when the run can go no further here, and none of its bodies is under way any more. */
  async released(): Promise<void> {
    await this.#released.promise;
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

  async #do(task: number, work: () => Promise<void>): Promise<void> {
    this.#underWay += 1;
    try {
      await work();
    } catch (error) {
      this.#journal.stop(error);
      this.#schedule.letGo(task);
    }
    this.#underWay -= 1;
    if (this.#failure && this.#underWay === 0) this.#released.resolve(undefined);
  }

  #mayTake(): boolean {
    return this.record.state === 'ROLLING_BACK' || mayStartTasks(this.record, this.plan.workflow.onFailure);
  }

  #follow(event: RunEvent, changes: readonly TaskChange[]): void {
    if (this.#isConcluded && takesUpAgain.has(event.type)) this.#schedule.takeUpAgain();
    else this.#schedule.follow(event);
    this.#deadline.follow();
    this.#isConcluded = isSettledRun(this.record.state);
    if (event.type === 'task-cancelling') this.#abort(event.task, event.by);
    const isResolved = event.type === 'task-resolved-success' || event.type === 'task-resolved-failed';
    if (isResolved) void this.#tidying.tidy(event.task);
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
    const isAsked = plan.workflow.onFailure === 'abort-running' && record.failuresSinceAsked > 0;
    if (!isAsked || record.count('RUNNING') === 0) return;
    const by = policyName;
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
    if (state === 'FAILED' && onFailure === 'rollback' && this.#rollBack()) return;
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

  /**
   * The policy `rollback`: instead of ending as FAILED the run is undone, when it can be; while it is paused, that has to
   * wait. @returns whether it is not to end as FAILED
   */
  #rollBack(): boolean {
    const { plan } = this;
    if (irreversibleTask(plan, this.record) !== undefined) return false;
    if (this.record.state === 'PAUSED') return true;
    this.#propose((record) => {
      const isStillOver = record.state === 'RUNNING' && terminalStateOf(record, 'rollback') === 'FAILED';
      return isStillOver ? rollbackOf(plan, record, { by: policyName, atMs: this.#parts.clock.nowMs() }) : [];
    });
    return true;
  }

  #propose(decide: Decision, options?: ProposalOptions): void {
    // That it cannot be recorded is told by `onStopped`.
    this.#journal.propose(decide, options).catch(() => undefined);
  }

  /** Not before what tasks keep elsewhere is cleared away. */
  #conclude(): void {
    if (!isSettledRun(this.record.state)) return;
    this.#schedule.stop();
    this.#parts.dispatcher.forget(this);
    if (this.#tidying.isBusy) return;
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  /** The store, or a workflow's own hook, failed: what is not recorded did not happen as far as this run knows. */
  #fail(error: Error): void {
    this.#failure = error;
    if (error instanceof LeaseLostError) this.abort(error);
    this.#schedule.stop();
    this.#deadline.stop();
    this.#parts.dispatcher.forget(this);
    this.#parts.reportFailure({ runId: this.header.id, ...traced(this.record) }, error);
    if (this.#underWay === 0) this.#released.resolve(undefined);
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
