import type { SerializedError } from '../errors/index.ts';
import type { Digraph } from '../graph/index.ts';
import type { JsonValue } from '../json/index.ts';
import { requireLegal } from './legal-event.ts';
import type { RunEvent } from './run-event.ts';
import type { RunFacts } from './run-facts.ts';
import { TaskTable, type TaskChange } from './task-table.ts';
import { isSettledRun, type Operation, type RunState, type TaskState } from './task-state.ts';
import { runStateAfter } from './transitions.ts';

const none: readonly TaskChange[] = Object.freeze([]);

/** Who asked for something, and when. */
export interface Asked {
  readonly by: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/**
 * State of one run: the fold over its recorded events. No clock, no promise, no I/O.
 * `apply` is O(downstreams of the task); everything else is O(1) unless it says otherwise.
 */
export class RunRecord implements RunFacts {
  readonly graph: Digraph;
  readonly #tasks: TaskTable;
  readonly #undoFailures = new Set<number>();
  readonly #undosSkipped = new Set<number>();
  #state: RunState = 'RUNNING';
  #operation: Operation = 'EXECUTE';
  #pause: Asked | undefined;
  #cancelRequest: Asked | undefined;
  #underWaySinceMs: number | undefined;
  #rollbackTasks: readonly number[] = [];
  #toUndo: ReadonlySet<number> = new Set();
  #undoneCount = 0;
  #failuresSinceAsked = 0;
  #cancellationsSinceAsked = 0;
  #startedAtMs: number | undefined;
  #finishedAtMs: number | undefined;
  #sequence = 0;
  #latestAtMs = -Infinity;
  #acceptedFingerprint: string | undefined;
  #traceId: string | undefined;

  constructor(graph: Digraph) {
    this.graph = graph;
    this.#tasks = new TaskTable(graph);
  }

  get size(): number {
    return this.graph.size;
  }

  /** How many events have been folded in. */
  get sequence(): number {
    return this.#sequence;
  }

  get state(): RunState {
    return this.#state;
  }

  get operation(): Operation {
    return this.#operation;
  }

  /** Cancelling was asked for and nothing was retried or skipped since. */
  get isCancelRequested(): boolean {
    return this.#cancelRequest !== undefined;
  }

  /** Who asked for the cancellation that `isCancelRequested` tells of. */
  get cancelRequest(): Asked | undefined {
    return this.#cancelRequest;
  }

  /** Who paused the run; undefined while it is not paused. */
  get pause(): Asked | undefined {
    return this.#state === 'PAUSED' ? this.#pause : undefined;
  }

  /**
   * When the run began, or was last taken up again after it had ended or been cancelled: what a run's deadline counts
   * from. Undefined before it began.
   */
  get underWaySinceMs(): number | undefined {
    return this.#underWaySinceMs;
  }

  /** The fingerprint of the changed workflow that the run was last allowed to go on with. */
  get acceptedFingerprint(): string | undefined {
    return this.#acceptedFingerprint;
  }

  /** Id of the latest request that asked for something and had one; undefined when none had. */
  get traceId(): string | undefined {
    return this.#traceId;
  }

  /** The time of the event that was last folded in; -Infinity before the first. */
  get latestAtMs(): number {
    return this.#latestAtMs;
  }

  get startedAtMs(): number | undefined {
    return this.#startedAtMs;
  }

  get finishedAtMs(): number | undefined {
    return this.#finishedAtMs;
  }

  /** The tasks that the rollback under way, or the last one, is to undo. */
  get rollbackTasks(): readonly number[] {
    return this.#rollbackTasks;
  }

  /** Whether the rollback under way, or the last one, is to undo the task. O(1). */
  isToUndo(task: number): boolean {
    return this.#toUndo.has(task);
  }

  /** How many tasks the rollback under way, or the last one, is done with: undone, or left as they are. O(1). */
  get undoneCount(): number {
    return this.#undoneCount;
  }

  /** Whether the rollback under way, or the last one, is done with the task. O(1). */
  isUndone(task: number): boolean {
    return this.#toUndo.has(task) && (this.taskState(task) === 'ROLLED_BACK' || this.#undosSkipped.has(task));
  }

  /** How many undos have failed in the rollback under way, or in the last one. O(1). */
  get undoFailureCount(): number {
    return this.#undoFailures.size;
  }

  /** Whether the task's undo has failed in the rollback under way, or in the last one. */
  hasUndoFailed(task: number): boolean {
    return this.#undoFailures.has(task);
  }

  /** How many tasks are in a state. O(1). */
  count(state: TaskState): number {
    return this.#tasks.count(state);
  }

  /** How many tasks have failed since the run began, or was last asked to go on (retry, skip). O(1). */
  get failuresSinceAsked(): number {
    return this.#failuresSinceAsked;
  }

  /** How many tasks have been cancelled since then. O(1). */
  get cancellationsSinceAsked(): number {
    return this.#cancellationsSinceAsked;
  }

  /** How many bodies and undos are under way. */
  get inFlightCount(): number {
    return this.count('RUNNING') + this.count('CANCELLING') + this.count('ROLLING_BACK');
  }

  taskState(task: number): TaskState {
    return this.#tasks.state(task);
  }

  /** The last attempt, from 1; 0 when there was none. */
  attempt(task: number): number {
    return this.#tasks.attempt(task);
  }

  /** The last attempt before an operator last asked for a retry; 0 when nobody did. */
  attemptBeforeRetry(task: number): number {
    return this.#tasks.attemptBeforeRetry(task);
  }

  /** The last attempt of its undo since a rollback, or an operator's retry of the undo, asked for it; 0 before the first. */
  undoAttempt(task: number): number {
    return this.#tasks.undoAttempt(task);
  }

  taskOperation(task: number): Operation {
    return this.#tasks.operation(task);
  }

  taskStartedAtMs(task: number): number | undefined {
    return this.#tasks.startedAtMs(task);
  }

  taskFinishedAtMs(task: number): number | undefined {
    return this.#tasks.finishedAtMs(task);
  }

  /** When the next automatic attempt of a READY task, or of its undo, is due; undefined when it waits for no such time. */
  retryAtMs(task: number): number | undefined {
    return this.#tasks.retryAtMs(task);
  }

  /** The recorded output of a SUCCESS task, or what dependents of a SKIPPED one read; undefined when there is none. */
  output(task: number): JsonValue | undefined {
    return this.#tasks.output(task);
  }

  error(task: number): SerializedError | undefined {
    return this.#tasks.error(task);
  }

  /** Ascending. O(tasks). */
  tasksIn(state: TaskState): readonly number[] {
    return this.#tasks.tasksIn(state);
  }

  /**
   * Folds one recorded event in and returns the changes of task states that it means, derived ones included.
   *
   * @throws IllegalTransitionError when the event is not allowed now; nothing is changed then
   */
  apply(event: RunEvent): readonly TaskChange[] {
    requireLegal(this, event);
    this.#sequence += 1;
    this.#latestAtMs = event.atMs;
    if ('by' in event) this.#traceId = event.traceId ?? this.#traceId;
    this.#applyToRun(event);
    this.#state = runStateAfter(this.#state, event);
    if (event.type === 'run-started') return this.#tasks.readyRoots();
    if (event.type === 'tasks-retried') return this.#tasks.retry(event.tasks);
    return 'task' in event ? this.#tasks.apply(event) : none;
  }

  #applyToRun(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#startedAtMs = event.atMs;
        this.#underWaySinceMs = event.atMs;
        return;
      case 'run-paused':
        this.#pause = { by: event.by, atMs: event.atMs };
        return;
      case 'run-cancel-requested':
        this.#cancelRequest = { by: event.by, atMs: event.atMs };
        this.#operation = 'CANCEL';
        return;
      case 'run-settled':
        this.#finishedAtMs = event.atMs;
        return;
      case 'run-rollback-started':
        this.#startRollback(event.tasks);
        this.#goOn('ROLLBACK', event.atMs);
        return;
      case 'undos-retried':
        for (const task of event.tasks) this.#undoFailures.delete(task);
        this.#tasks.askForUndo(event.tasks);
        this.#goOn('ROLLBACK', event.atMs);
        return;
      case 'undo-skipped':
        this.#undoFailures.delete(event.task);
        this.#undosSkipped.add(event.task);
        this.#undoneCount += 1;
        this.#goOn('ROLLBACK', event.atMs);
        return;
      case 'tasks-retried':
        this.#forgetFailures();
        this.#goOn('RETRY', event.atMs);
        return;
      case 'task-skipped':
        this.#forgetFailures();
        this.#goOn('SKIP', event.atMs);
        return;
      case 'task-failed':
        if (event.retryAtMs === undefined) this.#failuresSinceAsked += 1;
        return;
      case 'task-resolved-failed':
        this.#failuresSinceAsked += 1;
        return;
      case 'task-cancelled':
        this.#cancellationsSinceAsked += 1;
        return;
      case 'task-rollback-failed':
        if (event.retryAtMs === undefined) this.#undoFailures.add(event.task);
        return;
      case 'task-rolled-back':
        this.#undoneCount += 1;
        return;
      case 'changes-accepted':
        this.#acceptedFingerprint = event.fingerprint;
        return;
      case 'run-resumed':
      case 'task-started':
      case 'task-succeeded':
      case 'task-cancelling':
      case 'task-outcome-unknown':
      case 'task-resolved-success':
      case 'task-rollback-started':
        return;
    }
  }

  #startRollback(tasks: readonly number[]): void {
    this.#rollbackTasks = [...tasks];
    this.#toUndo = new Set(tasks);
    this.#undoFailures.clear();
    this.#undosSkipped.clear();
    this.#undoneCount = 0;
    this.#tasks.askForUndo(tasks);
  }

  /** Whoever asks a run to go on knows what has failed until then. */
  #forgetFailures(): void {
    this.#failuresSinceAsked = 0;
    this.#cancellationsSinceAsked = 0;
  }

  /** Called before the run's own state follows. */
  #goOn(operation: Operation, atMs: number): void {
    if (isSettledRun(this.#state) || this.isCancelRequested) this.#underWaySinceMs = atMs;
    this.#finishedAtMs = undefined;
    this.#cancelRequest = undefined;
    this.#operation = operation;
  }
}
