import type { SerializedError } from '../errors/index.ts';
import { downstreamsOf, upstreamsOf, type Digraph } from '../graph/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { TerminalRunState } from '../workflow/index.ts';
import type { RunEvent } from './run-event.ts';
import { taskStates, type Operation, type RunState, type TaskState } from './task-state.ts';
import { allowsRunEvent, IllegalTransitionError, taskTransition, type TaskTransition } from './transitions.ts';

/** One change of one task's state, derived from a recorded event. */
export interface TaskChange {
  readonly task: number;
  readonly from: TaskState;
  readonly to: TaskState;
}

const indexOfState = Object.fromEntries(taskStates.map((state, index) => [state, index])) as Readonly<Record<TaskState, number>>;

/**
 * State of one run: the fold over its recorded events. No clock, no promise, no I/O.
 * `apply` is O(downstreams of the task); everything else is O(1).
 */
export class RunRecord {
  readonly graph: Digraph;
  readonly #state: Uint8Array;
  readonly #counts = new Int32Array(taskStates.length);
  readonly #waitingFor: Int32Array;
  readonly #attempt: Int32Array;
  readonly #startedAtMs: Float64Array;
  readonly #finishedAtMs: Float64Array;
  readonly #retryAtMs: Float64Array;
  readonly #operation: Operation[];
  readonly #outputs: (JsonValue | undefined)[];
  readonly #errors: (SerializedError | undefined)[];
  #isPaused = false;
  #isCancelRequested = false;
  #isRollingBack = false;
  #rollbackTasks: readonly number[] = [];
  readonly #undoFailures = new Set<number>();
  #settled: TerminalRunState | undefined;
  #runOperation: Operation = 'EXECUTE';
  #runStartedAtMs = Number.NaN;
  #runFinishedAtMs = Number.NaN;
  #sequence = 0;

  constructor(graph: Digraph) {
    const { size } = graph;
    this.graph = graph;
    this.#state = new Uint8Array(size);
    this.#attempt = new Int32Array(size);
    this.#startedAtMs = new Float64Array(size).fill(Number.NaN);
    this.#finishedAtMs = new Float64Array(size).fill(Number.NaN);
    this.#retryAtMs = new Float64Array(size).fill(Number.NaN);
    this.#operation = new Array<Operation>(size).fill('EXECUTE');
    this.#outputs = new Array<JsonValue | undefined>(size).fill(undefined);
    this.#errors = new Array<SerializedError | undefined>(size).fill(undefined);
    this.#waitingFor = new Int32Array(size);
    for (let task = 0; task < size; task++) this.#waitingFor[task] = upstreamsOf(graph, task).length;
    this.#counts[indexOfState.PENDING] = size;
  }

  get size(): number {
    return this.graph.size;
  }

  /** How many events have been folded in. */
  get sequence(): number {
    return this.#sequence;
  }

  get state(): RunState {
    if (this.#settled) return this.#settled;
    if (this.#isRollingBack) return 'ROLLING_BACK';
    return this.#isPaused ? 'PAUSED' : 'RUNNING';
  }

  get operation(): Operation {
    return this.#runOperation;
  }

  get isCancelRequested(): boolean {
    return this.#isCancelRequested;
  }

  get startedAtMs(): number | undefined {
    return definedOf(this.#runStartedAtMs);
  }

  get finishedAtMs(): number | undefined {
    return definedOf(this.#runFinishedAtMs);
  }

  /** The tasks that the rollback under way, or the last one, is to undo. */
  get rollbackTasks(): readonly number[] {
    return this.#rollbackTasks;
  }

  /** Whether the task's undo has failed in the rollback under way, or in the last one. */
  hasUndoFailed(task: number): boolean {
    return this.#undoFailures.has(task);
  }

  /** How many tasks are in a state. O(1). */
  count(state: TaskState): number {
    return this.#counts[indexOfState[state]] ?? 0;
  }

  get inFlightCount(): number {
    return this.count('RUNNING') + this.count('CANCELLING') + this.count('ROLLING_BACK');
  }

  taskState(task: number): TaskState {
    return taskStates[this.#state[task] ?? 0] ?? 'PENDING';
  }

  /** The last attempt, from 1; 0 when there was none. */
  attempt(task: number): number {
    return this.#attempt[task] ?? 0;
  }

  taskOperation(task: number): Operation {
    return this.#operation[task] ?? 'EXECUTE';
  }

  taskStartedAtMs(task: number): number | undefined {
    return definedOf(this.#startedAtMs[task]);
  }

  taskFinishedAtMs(task: number): number | undefined {
    return definedOf(this.#finishedAtMs[task]);
  }

  /** When a READY task's next automatic attempt is due; undefined when it waits for nothing but a slot. */
  retryAtMs(task: number): number | undefined {
    return definedOf(this.#retryAtMs[task]);
  }

  /** The recorded output of a SUCCESS task, or what dependents of a SKIPPED one read; undefined when there is none. */
  output(task: number): JsonValue | undefined {
    return this.#outputs[task];
  }

  error(task: number): SerializedError | undefined {
    return this.#errors[task];
  }

  tasksIn(state: TaskState): readonly number[] {
    const wanted = indexOfState[state];
    const tasks: number[] = [];
    for (let task = 0; task < this.size; task++) if (this.#state[task] === wanted) tasks.push(task);
    return tasks;
  }

  /**
   * Folds one recorded event in and returns the changes of task states that it means, derived ones included.
   *
   * @throws IllegalTransitionError when the transition table does not allow the event; nothing is changed then
   */
  apply(event: RunEvent): readonly TaskChange[] {
    this.#sequence += 1;
    switch (event.type) {
      case 'run-started':
        this.#runStartedAtMs = event.atMs;
        return this.#readyRoots();
      case 'run-paused':
      case 'run-resumed':
        this.#requireRun(event.type);
        this.#isPaused = event.type === 'run-paused';
        return [];
      case 'run-cancel-requested':
        this.#requireRun(event.type);
        this.#isCancelRequested = true;
        this.#isPaused = false;
        this.#runOperation = 'CANCEL';
        return [];
      case 'run-rollback-started':
        this.#requireRun(event.type);
        this.#isRollingBack = true;
        this.#rollbackTasks = event.tasks;
        this.#undoFailures.clear();
        this.#reopen('ROLLBACK');
        return [];
      case 'run-settled':
        this.#requireRun(event.type, event.state);
        this.#settled = event.state;
        this.#runFinishedAtMs = event.atMs;
        return [];
      case 'tasks-retried':
        return this.#retry(event);
      default:
        return this.#applyToTask(event);
    }
  }

  #applyToTask(event: TaskEventOnly): readonly TaskChange[] {
    const { task } = event;
    switch (event.type) {
      case 'task-started':
        return this.#start(event);
      case 'task-succeeded':
      case 'task-resolved-success':
        return this.#succeed(event);
      case 'task-failed':
        return this.#fail(event);
      case 'task-skipped':
        return this.#skip(event);
      case 'task-cancelling': {
        const changes = this.#move(task, event.type);
        this.#operation[task] = 'CANCEL';
        return changes;
      }
      case 'task-rollback-started': {
        const changes = this.#move(task, event.type);
        this.#operation[task] = 'ROLLBACK';
        this.#startedAtMs[task] = event.atMs;
        return changes;
      }
      case 'task-rolled-back':
        return this.#end(event, undefined);
      case 'task-rollback-failed': {
        const changes = this.#end(event, event.error);
        this.#undoFailures.add(task);
        return changes;
      }
      case 'task-cancelled':
      case 'task-outcome-unknown':
      case 'task-resolved-failed':
        return this.#end(event, event.error);
    }
  }

  #readyRoots(): TaskChange[] {
    const changes: TaskChange[] = [];
    for (let task = 0; task < this.size; task++) {
      if (this.#waitingFor[task] === 0) changes.push(...this.#move(task, 'upstreams-settled'));
    }
    return changes;
  }

  #start({ task, attempt, atMs }: Extract<RunEvent, { type: 'task-started' }>): readonly TaskChange[] {
    const changes = this.#move(task, 'task-started');
    this.#attempt[task] = attempt;
    this.#startedAtMs[task] = atMs;
    this.#finishedAtMs[task] = Number.NaN;
    this.#retryAtMs[task] = Number.NaN;
    this.#errors[task] = undefined;
    return changes;
  }

  #succeed(event: Extract<RunEvent, { type: 'task-succeeded' | 'task-resolved-success' }>): readonly TaskChange[] {
    const changes = this.#end(event, undefined);
    this.#outputs[event.task] = event.output;
    return [...changes, ...this.#settleUpstream(event.task)];
  }

  #fail(event: Extract<RunEvent, { type: 'task-failed' }>): readonly TaskChange[] {
    const { retryAtMs, error } = event;
    const changes = this.#end(event, error, retryAtMs === undefined ? 'FAILED' : 'READY');
    if (retryAtMs !== undefined) this.#retryAtMs[event.task] = retryAtMs;
    return changes;
  }

  #skip(event: Extract<RunEvent, { type: 'task-skipped' }>): readonly TaskChange[] {
    this.#requireRun(event.type);
    const changes = this.#move(event.task, event.type);
    this.#outputs[event.task] = event.output;
    this.#operation[event.task] = 'SKIP';
    this.#finishedAtMs[event.task] = event.atMs;
    this.#reopen('SKIP');
    return [...changes, ...this.#settleUpstream(event.task)];
  }

  #retry({ type, tasks }: Extract<RunEvent, { type: 'tasks-retried' }>): readonly TaskChange[] {
    this.#requireRun(type);
    const changes = tasks.flatMap((task) => this.#move(task, type));
    for (const task of tasks) {
      this.#operation[task] = 'RETRY';
      this.#retryAtMs[task] = Number.NaN;
    }
    this.#reopen('RETRY');
    return changes;
  }

  #reopen(operation: Operation): void {
    if (this.#settled) this.#isPaused = false;
    this.#settled = undefined;
    this.#runFinishedAtMs = Number.NaN;
    this.#isCancelRequested = false;
    this.#runOperation = operation;
  }

  #end(event: { task: number; type: TaskTransition['event']; atMs: number }, error: SerializedError | undefined, to?: TaskState) {
    const changes = this.#move(event.task, event.type, to);
    this.#finishedAtMs[event.task] = event.atMs;
    this.#errors[event.task] = error;
    return changes;
  }

  #settleUpstream(task: number): readonly TaskChange[] {
    const changes: TaskChange[] = [];
    for (const downstream of downstreamsOf(this.graph, task)) {
      const left = (this.#waitingFor[downstream] ?? 0) - 1;
      this.#waitingFor[downstream] = left;
      if (left === 0) changes.push(...this.#move(downstream, 'upstreams-settled'));
    }
    return changes;
  }

  #move(task: number, event: TaskTransition['event'], wanted?: TaskState): readonly TaskChange[] {
    const from = this.taskState(task);
    const line = taskTransition(event, from, wanted);
    if (!line) throw new IllegalTransitionError(event, `task ${task + 1}`, from);
    this.#state[task] = indexOfState[line.to];
    this.#counts[indexOfState[from]] = this.count(from) - 1;
    this.#counts[indexOfState[line.to]] = this.count(line.to) + 1;
    return [{ task, from, to: line.to }];
  }

  #requireRun(event: RunEvent['type'], to?: RunState): void {
    if (!allowsRunEvent(event, this.state, to)) throw new IllegalTransitionError(event, 'the run', this.state);
  }
}

type TaskEventOnly = Extract<RunEvent, { readonly task: number }>;

function definedOf(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

