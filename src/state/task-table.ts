import type { SerializedError } from '../errors/index.ts';
import { downstreamsOf, upstreamCounts, type Digraph } from '../graph/index.ts';
import { frozen, type JsonValue } from '../json/index.ts';
import type { RunEvent, TaskEvent } from './run-event.ts';
import { taskStates, type Operation, type TaskState } from './task-state.ts';
import { IllegalTransitionError, taskTransition, type TaskTransition } from './transitions.ts';

/** One change of one task's state, derived from a recorded event. */
export interface TaskChange {
  readonly task: number;
  readonly from: TaskState;
  readonly to: TaskState;
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

const indexOfState = Object.fromEntries(taskStates.map((state, index) => [state, index])) as Readonly<
  Record<TaskState, number>
>;

/** What is known of every task of a run, in columns: the part of the fold that is about single tasks. */
export class TaskTable {
  readonly #graph: Digraph;
  readonly #state: Uint8Array;
  readonly #counts = new Int32Array(taskStates.length);
  readonly #upstreamsLeft: Int32Array;
  readonly #attempt: Int32Array;
  readonly #attemptBeforeRetry: Int32Array;
  readonly #startedAtMs: Float64Array;
  readonly #finishedAtMs: Float64Array;
  readonly #retryAtMs: Float64Array;
  readonly #undoAttempt: Int32Array;
  readonly #operation: Operation[];
  readonly #outputs: (JsonValue | undefined)[];
  readonly #errors: (SerializedError | undefined)[];

  /** Every task is PENDING. O(tasks). */
  constructor(graph: Digraph) {
    const { size } = graph;
    this.#graph = graph;
    this.#state = new Uint8Array(size);
    this.#upstreamsLeft = upstreamCounts(graph);
    this.#attempt = new Int32Array(size);
    this.#attemptBeforeRetry = new Int32Array(size);
    this.#startedAtMs = new Float64Array(size).fill(Number.NaN);
    this.#finishedAtMs = new Float64Array(size).fill(Number.NaN);
    this.#retryAtMs = new Float64Array(size).fill(Number.NaN);
    this.#undoAttempt = new Int32Array(size);
    this.#operation = new Array<Operation>(size).fill('EXECUTE');
    this.#outputs = new Array<JsonValue | undefined>(size).fill(undefined);
    this.#errors = new Array<SerializedError | undefined>(size).fill(undefined);
    this.#counts[indexOfState.PENDING] = size;
  }

  count(state: TaskState): number {
    return this.#counts[indexOfState[state]] ?? 0;
  }

  state(task: number): TaskState {
    return taskStates[this.#state[task] ?? 0] ?? 'PENDING';
  }

  attempt(task: number): number {
    return this.#attempt[task] ?? 0;
  }

  attemptBeforeRetry(task: number): number {
    return this.#attemptBeforeRetry[task] ?? 0;
  }

  undoAttempt(task: number): number {
    return this.#undoAttempt[task] ?? 0;
  }

  operation(task: number): Operation {
    return this.#operation[task] ?? 'EXECUTE';
  }

  startedAtMs(task: number): number | undefined {
    return definedOf(this.#startedAtMs[task]);
  }

  finishedAtMs(task: number): number | undefined {
    return definedOf(this.#finishedAtMs[task]);
  }

  retryAtMs(task: number): number | undefined {
    return definedOf(this.#retryAtMs[task]);
  }

  output(task: number): JsonValue | undefined {
    return this.#outputs[task];
  }

  error(task: number): SerializedError | undefined {
    return this.#errors[task];
  }

  /** Ascending. O(tasks). */
  tasksIn(state: TaskState): readonly number[] {
    const wanted = indexOfState[state];
    const tasks: number[] = [];
    for (let task = 0; task < this.#graph.size; task++) if (this.#state[task] === wanted) tasks.push(task);
    return tasks;
  }

  /** Makes READY what waits for nothing. O(tasks). */
  readyRoots(): readonly TaskChange[] {
    const changes: TaskChange[] = [];
    for (let task = 0; task < this.#graph.size; task++) {
      if (this.#upstreamsLeft[task] === 0) changes.push(this.#move(task, 'upstreams-settled'));
    }
    return changes;
  }

  /** Makes the tasks READY again: distinct ones whose states allow it. */
  retry(tasks: readonly number[]): readonly TaskChange[] {
    return tasks.map((task) => {
      this.#operation[task] = 'RETRY';
      this.#attemptBeforeRetry[task] = this.attempt(task);
      return this.#move(task, 'tasks-retried');
    });
  }

  /** They are to be undone: attempts of that are counted from now on, and nothing waits for another one of its body. */
  askForUndo(tasks: readonly number[]): void {
    for (const task of tasks) {
      this.#undoAttempt[task] = 0;
      this.#retryAtMs[task] = Number.NaN;
    }
  }

  /** Folds in an event of one task; what the table of transitions does not allow throws and changes nothing. */
  apply(event: TaskEvent): readonly TaskChange[] {
    const { task } = event;
    switch (event.type) {
      case 'task-started':
        return [this.#start(event)];
      case 'task-succeeded':
      case 'task-resolved-success':
        return this.#satisfy(this.#end(event, undefined), event.output);
      case 'task-skipped':
        return this.#skip(event);
      case 'task-failed':
        return [this.#fail(event, event.retryAtMs === undefined ? 'FAILED' : 'READY')];
      case 'task-rollback-failed':
        return [this.#fail(event, 'ROLLBACK_FAILED')];
      case 'task-cancelling':
        return [this.#operate(this.#move(task, event.type), 'CANCEL')];
      case 'task-rollback-started':
        return [this.#startRollback(event)];
      case 'task-rolled-back':
        return [this.#end(event, undefined)];
      case 'undo-skipped':
        // It keeps its error, which says why.
        return [this.#operate(this.#end(event, this.#errors[task]), 'SKIP')];
      case 'task-cancelled':
      case 'task-outcome-unknown':
      case 'task-resolved-failed':
        return [this.#end(event, event.error)];
    }
  }

  #start({ task, type, attempt, atMs }: EventOf<'task-started'>): TaskChange {
    const change = this.#move(task, type);
    this.#attempt[task] = attempt;
    this.#startedAtMs[task] = atMs;
    this.#finishedAtMs[task] = Number.NaN;
    this.#retryAtMs[task] = Number.NaN;
    this.#errors[task] = undefined;
    return change;
  }

  #startRollback({ task, type, atMs }: EventOf<'task-rollback-started'>): TaskChange {
    const change = this.#operate(this.#move(task, type), 'ROLLBACK');
    this.#undoAttempt[task] = this.undoAttempt(task) + 1;
    this.#startedAtMs[task] = atMs;
    this.#finishedAtMs[task] = Number.NaN;
    this.#retryAtMs[task] = Number.NaN;
    return change;
  }

  #fail(event: EventOf<'task-failed' | 'task-rollback-failed'>, to: TaskState): TaskChange {
    const { retryAtMs, error, task } = event;
    const change = this.#end(event, error, to);
    this.#retryAtMs[task] = retryAtMs ?? Number.NaN;
    return change;
  }

  /** A skipped task keeps its error: it says why it was skipped. */
  #skip(event: EventOf<'task-skipped'>): readonly TaskChange[] {
    const change = this.#end(event, this.#errors[event.task]);
    return this.#satisfy(this.#operate(change, 'SKIP'), event.output);
  }

  #satisfy(change: TaskChange, output: JsonValue | undefined): readonly TaskChange[] {
    // Whoever reads it, reads what is recorded.
    this.#outputs[change.task] = frozen(output);
    const changes = [change];
    for (const downstream of downstreamsOf(this.#graph, change.task)) {
      const left = (this.#upstreamsLeft[downstream] ?? 0) - 1;
      this.#upstreamsLeft[downstream] = left;
      if (left === 0) changes.push(this.#move(downstream, 'upstreams-settled'));
    }
    return changes;
  }

  #end(event: TaskEvent, error: SerializedError | undefined, to?: TaskState): TaskChange {
    const change = this.#move(event.task, event.type, to);
    this.#finishedAtMs[event.task] = event.atMs;
    this.#errors[event.task] = error;
    return change;
  }

  #operate(change: TaskChange, operation: Operation): TaskChange {
    this.#operation[change.task] = operation;
    return change;
  }

  #move(task: number, event: TaskTransition['event'], wanted?: TaskState): TaskChange {
    const from = this.state(task);
    const line = taskTransition(event, from, wanted);
    if (!line) throw new IllegalTransitionError(event, `task ${task + 1}`, from);
    this.#state[task] = indexOfState[line.to];
    this.#counts[indexOfState[from]] = this.count(from) - 1;
    this.#counts[indexOfState[line.to]] = this.count(line.to) + 1;
    return { task, from, to: line.to };
  }
}

function definedOf(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
