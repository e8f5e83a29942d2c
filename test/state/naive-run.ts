import type { RunEvent, RunState, TaskState } from '../../src/state/index.ts';
import type { FailurePolicy, TerminalRunState } from '../../src/workflow/index.ts';

type EventType = RunEvent['type'];

/** The rules for one task, written out state by state: what may happen to it, and where that takes it. */
export const taskRules: Readonly<Record<TaskState, Partial<Record<EventType | 'upstreams-settled', TaskState[]>>>> = {
  PENDING: { 'upstreams-settled': ['READY'] },
  READY: { 'task-started': ['RUNNING'], 'task-rollback-started': ['ROLLING_BACK'], 'undo-skipped': ['SKIPPED'] },
  RUNNING: {
    'task-succeeded': ['SUCCESS'],
    'task-failed': ['FAILED', 'READY'],
    'task-cancelling': ['CANCELLING'],
    'task-outcome-unknown': ['UNKNOWN'],
  },
  SUCCESS: { 'task-rollback-started': ['ROLLING_BACK'], 'undo-skipped': ['SKIPPED'] },
  FAILED: {
    'tasks-retried': ['READY'],
    'task-skipped': ['SKIPPED'],
    'task-rollback-started': ['ROLLING_BACK'],
    'undo-skipped': ['SKIPPED'],
  },
  SKIPPED: { 'task-rollback-started': ['ROLLING_BACK'] },
  CANCELLING: {
    'task-succeeded': ['SUCCESS'],
    'task-cancelled': ['CANCELLED'],
    'task-outcome-unknown': ['UNKNOWN'],
  },
  CANCELLED: {
    'tasks-retried': ['READY'],
    'task-rollback-started': ['ROLLING_BACK'],
    'undo-skipped': ['SKIPPED'],
  },
  UNKNOWN: { 'task-resolved-success': ['SUCCESS'], 'task-resolved-failed': ['FAILED'] },
  ROLLING_BACK: { 'task-rolled-back': ['ROLLED_BACK'], 'task-rollback-failed': ['ROLLBACK_FAILED'] },
  ROLLED_BACK: {},
  ROLLBACK_FAILED: { 'task-rollback-started': ['ROLLING_BACK'], 'undo-skipped': ['SKIPPED'] },
};

/** In which states of the run an event may happen at all; one that is not named may in all. */
export const runRules: Readonly<Partial<Record<EventType, RunState[]>>> = {
  'run-started': ['RUNNING'],
  'run-paused': ['RUNNING'],
  'run-resumed': ['PAUSED'],
  'run-cancel-requested': ['RUNNING', 'PAUSED'],
  'run-settled': ['RUNNING', 'PAUSED', 'ROLLING_BACK'],
  'task-started': ['RUNNING', 'PAUSED'],
  'tasks-retried': ['RUNNING', 'PAUSED', 'FAILED', 'CANCELLED'],
  'task-skipped': ['RUNNING', 'PAUSED', 'FAILED', 'CANCELLED'],
  'run-rollback-started': ['RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED', 'ROLLBACK_FAILED'],
  'undos-retried': ['ROLLING_BACK', 'ROLLBACK_FAILED'],
  'undo-skipped': ['ROLLING_BACK', 'ROLLBACK_FAILED'],
  'task-rollback-started': ['ROLLING_BACK'],
};

interface NaiveTask {
  state: TaskState;
  attempt: number;
  retryAtMs: number | undefined;
  output: unknown;
  error: unknown;
}

/** A run as one would write it down who has time: no counters, no arrays of numbers, everything looked up anew. */
export class NaiveRun {
  readonly upstreams: readonly (readonly number[])[];
  readonly tasks: NaiveTask[];
  state: RunState = 'RUNNING';
  isStarted = false;
  isCancelRequested = false;
  rollback = { tasks: new Set<number>(), failed: new Set<number>(), left: new Set<number>() };
  /** Whether anything has failed since the run began, or since it was asked to go on; or was cancelled. */
  hasJustFailed = false;
  hasJustBeenCancelled = false;

  constructor(upstreams: readonly (readonly number[])[]) {
    this.upstreams = upstreams;
    this.tasks = upstreams.map(() => ({
      state: 'PENDING',
      attempt: 0,
      retryAtMs: undefined,
      output: undefined,
      error: undefined,
    }));
  }

  stateOf(task: number): TaskState | 'NO TASK' {
    return this.tasks[task]?.state ?? 'NO TASK';
  }

  /** All that decides about what may happen next. */
  situation(): object {
    const { state, isStarted, isCancelRequested, rollback } = this;
    const just = [this.hasJustFailed, this.hasJustBeenCancelled];
    const tasks = this.tasks.map((task) => [task.state, task.attempt > 0]);
    const { tasks: all, failed, left } = rollback;
    return { state, isStarted, isCancelRequested, tasks, rollback: [[...all], [...failed], [...left]], just };
  }

  allows(event: RunEvent): boolean {
    if ((event.type === 'run-started') === this.isStarted) return false;
    return runRules[event.type]?.includes(this.state) !== false && this.tasksAllow(event);
  }

  apply(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.isStarted = true;
        break;
      case 'changes-accepted':
        break;
      case 'run-paused':
        this.state = 'PAUSED';
        break;
      case 'run-resumed':
        this.state = 'RUNNING';
        break;
      case 'run-cancel-requested':
        this.state = 'RUNNING';
        this.isCancelRequested = true;
        break;
      case 'run-settled':
        this.state = event.state;
        break;
      case 'run-rollback-started':
        this.state = 'ROLLING_BACK';
        this.isCancelRequested = false;
        this.rollback = { tasks: new Set(event.tasks), failed: new Set(), left: new Set() };
        for (const task of event.tasks) this.set(task, { retryAtMs: undefined });
        break;
      case 'undos-retried':
        this.state = 'ROLLING_BACK';
        for (const task of event.tasks) this.rollback.failed.delete(task);
        break;
      case 'undo-skipped':
        this.state = 'ROLLING_BACK';
        this.set(event.task, { state: 'SKIPPED' });
        this.rollback.failed.delete(event.task);
        this.rollback.left.add(event.task);
        break;
      case 'tasks-retried':
        for (const task of event.tasks) this.set(task, { state: 'READY', retryAtMs: undefined });
        this.goOn();
        break;
      case 'task-skipped':
        this.set(event.task, { state: 'SKIPPED', output: event.output });
        this.goOn();
        break;
      case 'task-failed':
        this.hasJustFailed ||= event.retryAtMs === undefined;
        if (event.retryAtMs === undefined) this.set(event.task, { state: 'FAILED', error: event.error });
        else this.set(event.task, { state: 'READY', error: event.error, retryAtMs: event.retryAtMs });
        break;
      case 'task-started':
        this.set(event.task, { state: 'RUNNING', attempt: event.attempt, error: undefined, retryAtMs: undefined });
        break;
      case 'task-succeeded':
      case 'task-resolved-success':
        this.set(event.task, { state: 'SUCCESS', output: event.output, error: undefined });
        break;
      case 'task-cancelling':
        this.set(event.task, { state: 'CANCELLING' });
        break;
      case 'task-cancelled':
        this.hasJustBeenCancelled = true;
        this.set(event.task, { state: 'CANCELLED', error: event.error });
        break;
      case 'task-outcome-unknown':
        this.set(event.task, { state: 'UNKNOWN', error: event.error });
        break;
      case 'task-resolved-failed':
        this.hasJustFailed = true;
        this.set(event.task, { state: 'FAILED', error: event.error });
        break;
      case 'task-rollback-started':
        this.set(event.task, { state: 'ROLLING_BACK', retryAtMs: undefined });
        break;
      case 'task-rolled-back':
        this.set(event.task, { state: 'ROLLED_BACK', error: undefined });
        break;
      case 'task-rollback-failed':
        this.set(event.task, { state: 'ROLLBACK_FAILED', error: event.error, retryAtMs: event.retryAtMs });
        if (event.retryAtMs === undefined) this.rollback.failed.add(event.task);
        break;
    }
    if (this.isStarted && !this.state.includes('ROLL')) this.makeReady();
  }

  end(onFailure: FailurePolicy = 'finish-running'): TerminalRunState | undefined {
    const states = this.tasks.map(({ state }) => state);
    if (states.some((state) => ['RUNNING', 'CANCELLING', 'ROLLING_BACK'].includes(state))) return undefined;
    if (this.state === 'ROLLING_BACK') return this.endOfRollback();
    if (states.includes('UNKNOWN')) return undefined;
    if (states.every((state) => state === 'SUCCESS' || state === 'SKIPPED')) return 'SUCCESS';
    return this.isCancelRequested ? 'CANCELLED' : this.endOfFailure(states, onFailure);
  }

  mayStart(onFailure: FailurePolicy): boolean {
    return this.state === 'RUNNING' && !this.isCancelRequested && this.mayGoOn(onFailure);
  }

  /** Everything in the rollback, not undone, not tried in vain, and needed by nothing that is still to be undone. */
  undoable(): readonly number[] {
    return [...this.tasks.keys()].filter((task) => {
      if (!this.isLeft(task) || this.rollback.failed.has(task) || this.stateOf(task) === 'ROLLING_BACK') return false;
      return !this.upstreams.some((upstreams, other) => upstreams.includes(task) && this.isLeft(other));
    });
  }

  /** What has run, as far as it got. */
  toUndo(): readonly number[] {
    return [...this.tasks.keys()].filter((task) => this.mayBeUndone(task) && !this.rollback.left.has(task));
  }

  private mayGoOn(onFailure: FailurePolicy): boolean {
    return onFailure === 'continue' || !(this.hasJustFailed || this.hasJustBeenCancelled);
  }

  private endOfFailure(states: readonly TaskState[], onFailure: FailurePolicy): TerminalRunState | undefined {
    const hasFailed = states.includes('FAILED') || states.includes('CANCELLED');
    const goesOn = this.mayGoOn(onFailure) && states.includes('READY');
    return hasFailed && !goesOn ? 'FAILED' : undefined;
  }

  private tasksAllow(event: RunEvent): boolean {
    if (event.type === 'run-settled') return this.end() === event.state;
    if (event.type === 'task-rollback-started') return this.undoable().includes(event.task);
    if (event.type === 'undo-skipped') return this.isLeft(event.task) && this.fits(event.task, event.type);
    if ('task' in event) return this.fits(event.task, event.type);
    return 'tasks' in event ? this.listAllows(event) : true;
  }

  private listAllows({ type, tasks }: Extract<RunEvent, { readonly tasks: readonly number[] }>): boolean {
    if (new Set(tasks).size !== tasks.length) return false;
    if (type === 'undos-retried') return tasks.every((task) => this.rollback.failed.has(task));
    if (type === 'tasks-retried') return tasks.every((task) => this.fits(task, type));
    const isTime = this.state !== 'RUNNING' || this.end() === 'FAILED';
    return isTime && tasks.every((task) => this.mayBeUndone(task));
  }

  /** Whether the rollback is not done with the task. */
  private isLeft(task: number): boolean {
    return this.rollback.tasks.has(task) && !this.isOver(task);
  }

  private endOfRollback(): TerminalRunState | undefined {
    if (this.undoable().length > 0) return undefined;
    const isUndone = [...this.rollback.tasks].every((task) => this.isOver(task));
    return isUndone ? 'ROLLED_BACK' : 'ROLLBACK_FAILED';
  }

  /** Undone, or left as it is. */
  private isOver(task: number): boolean {
    return this.stateOf(task) === 'ROLLED_BACK' || this.rollback.left.has(task);
  }

  private mayBeUndone(task: number): boolean {
    if (this.stateOf(task) === 'READY' && this.tasks[task]?.attempt === 0) return false;
    return this.fits(task, 'task-rollback-started');
  }

  private fits(task: number, event: EventType): boolean {
    const state = this.stateOf(task);
    return state !== 'NO TASK' && taskRules[state][event] !== undefined;
  }

  private set(task: number, change: Partial<NaiveTask>): void {
    Object.assign(this.tasks[task] ?? {}, change);
  }

  private goOn(): void {
    this.isCancelRequested = false;
    this.hasJustFailed = false;
    this.hasJustBeenCancelled = false;
    if (this.state !== 'PAUSED') this.state = 'RUNNING';
  }

  private makeReady(): void {
    for (const [index, task] of this.tasks.entries()) {
      const isFree = (this.upstreams[index] ?? []).every((upstream) =>
        ['SUCCESS', 'SKIPPED'].includes(this.stateOf(upstream)),
      );
      if (task.state === 'PENDING' && isFree) task.state = 'READY';
    }
  }
}
