import type { RunEvent, RunState, TaskState } from '../../src/state/index.ts';
import type { FailurePolicy } from '../../src/workflow/index.ts';
import { NaiveRun } from '../state/naive-run.ts';

/** A task of the model: what it waits for, and what its declaration says. */
export interface ModelTask {
  readonly upstream: readonly number[];
  readonly repeatable: boolean;
  readonly irreversible: boolean;
  /** How often its body is tried by itself, and its undo. */
  readonly attemptsMax: number;
}

export interface ModelPlan {
  readonly tasks: readonly ModelTask[];
  readonly onFailure: FailurePolicy;
}

/** The task that is asked for, if one is. */
export function taskOf(ask: Ask): number | undefined {
  return (ask as { readonly task?: number }).task;
}

/** What an operator asks for; tasks by index. */
export type Ask =
  | { readonly kind: 'retry' | 'cancel'; readonly task?: number }
  | { readonly kind: 'skip'; readonly task: number }
  | { readonly kind: 'resolve'; readonly task: number; readonly as: 'success' | 'failed' }
  | { readonly kind: 'pause' | 'resume' }
  | { readonly kind: 'rollback'; readonly pastNoReturn: boolean; readonly without?: number };

const atMs = 0;
const by = 'ops';
const error = { code: 'BROKEN', message: 'it broke' };

/**
 * What a run does, written down from the documents: which actions each state allows, what each action touches, and what
 * then happens by itself, with room for every task. It knows nothing of the engine.
 */
export class OperatorModel {
  readonly run: NaiveRun;
  readonly #plan: ModelPlan;
  /** How often each task, or its undo, has failed since somebody asked for it. */
  readonly #failures = new Map<number, number>();

  constructor(plan: ModelPlan) {
    this.#plan = plan;
    this.run = new NaiveRun(plan.tasks.map(({ upstream }) => upstream));
    this.#record({ type: 'run-started', atMs, by });
    this.goOn();
  }

  get state(): RunState {
    return this.run.state;
  }

  get states(): readonly TaskState[] {
    return this.run.tasks.map(({ state }) => state);
  }

  tasksIn(...states: readonly TaskState[]): readonly number[] {
    return [...this.run.tasks.keys()].filter((task) => states.includes(this.#stateOf(task)));
  }

  /** The tasks that the action touches; undefined when it is refused. */
  ask(ask: Ask): readonly number[] | undefined {
    const events = this.#eventsOf(ask);
    if (!events) return undefined;
    for (const event of events) this.#record(event);
    this.goOn();
    return [
      ...new Set(events.flatMap((event) => ('tasks' in event ? event.tasks : 'task' in event ? [event.task] : []))),
    ];
  }

  /** The body or undo of a task that is under way ends. */
  end(task: number, how: 'success' | 'failure' | 'unknown'): void {
    const state = this.#stateOf(task);
    if (state === 'ROLLING_BACK') {
      this.#record(
        how === 'success'
          ? { type: 'task-rolled-back', task, atMs }
          : { type: 'task-rollback-failed', task, error, atMs, ...this.#again(task) },
      );
    } else if (how === 'success') this.#record({ type: 'task-succeeded', task, output: null, atMs });
    else if (how === 'unknown') this.#record({ type: 'task-outcome-unknown', task, error, atMs });
    else if (state === 'CANCELLING') this.#record({ type: 'task-cancelled', task, error, atMs });
    else this.#record({ type: 'task-failed', task, error, atMs, ...this.#again(task) });
    this.goOn();
  }

  /** One more failure: whether it is tried again by itself. */
  #again(task: number): { readonly retryAtMs?: number } {
    const failures = (this.#failures.get(task) ?? 0) + 1;
    this.#failures.set(task, failures);
    return failures < (this.#plan.tasks[task]?.attemptsMax ?? 1) ? { retryAtMs: atMs } : {};
  }

  /** The process ends, and another one takes the run up: what is repeatable is begun again, of the rest nobody knows. */
  crash(): void {
    for (const task of this.tasksIn('RUNNING', 'CANCELLING', 'ROLLING_BACK')) {
      const state = this.#stateOf(task);
      const { repeatable = false } = this.#plan.tasks[task] ?? {};
      if (repeatable && state === 'CANCELLING') this.#record({ type: 'task-cancelled', task, error, atMs });
      if (repeatable) continue;
      if (state === 'ROLLING_BACK') {
        this.#record({ type: 'task-rollback-failed', task, error, atMs, ...this.#again(task) });
      } else this.#record({ type: 'task-outcome-unknown', task, error, atMs });
    }
    this.goOn();
  }

  /** Everything that happens by itself. */
  goOn(): void {
    for (let next = this.#next(); next.length > 0; next = this.#next()) for (const event of next) this.#record(event);
  }

  #next(): readonly RunEvent[] {
    const { run } = this;
    const { onFailure } = this.#plan;
    if (onFailure === 'abort-running' && run.hasJustFailed && /RUNNING|PAUSED/.test(run.state)) {
      const running = this.tasksIn('RUNNING');
      if (running.length > 0) return running.map((task) => ({ type: 'task-cancelling', task, atMs, by }));
    }
    if (run.mayStart(onFailure)) {
      const ready = this.tasksIn('READY');
      const start = (task: number): RunEvent => ({
        type: 'task-started',
        task,
        attempt: this.#attempt(task) + 1,
        atMs,
      });
      if (ready.length > 0) return ready.map(start);
    }
    if (run.state === 'ROLLING_BACK') {
      const undoable = run.undoable();
      if (undoable.length > 0) return undoable.map((task) => ({ type: 'task-rollback-started', task, atMs }));
    }
    return this.#end(onFailure);
  }

  #end(onFailure: FailurePolicy): readonly RunEvent[] {
    const { run } = this;
    const isOpen = ['RUNNING', 'PAUSED', 'ROLLING_BACK'].includes(run.state);
    const end = isOpen ? run.end(onFailure) : undefined;
    if (end === undefined) return [];
    if (end === 'FAILED' && onFailure === 'rollback' && this.#irreversible().length === 0) {
      return run.state === 'PAUSED' ? [] : this.#rollback();
    }
    return [{ type: 'run-settled', state: end, atMs }];
  }

  #eventsOf(ask: Ask): readonly RunEvent[] | undefined {
    switch (ask.kind) {
      case 'retry':
        return this.#retry(ask.task);
      case 'skip':
        return this.#skip(ask.task);
      case 'cancel':
        return ask.task === undefined ? this.#cancelRun() : this.#cancel(ask.task);
      case 'pause':
        return this.state === 'RUNNING' ? [{ type: 'run-paused', atMs, by }] : undefined;
      case 'resume':
        return this.state === 'PAUSED' ? [{ type: 'run-resumed', atMs, by }] : undefined;
      case 'resolve':
        return this.#resolve(ask.task, ask.as);
      case 'rollback':
        return this.#rollbackAsked(ask);
    }
  }

  get #isForward(): boolean {
    return ['RUNNING', 'PAUSED', 'FAILED', 'CANCELLED'].includes(this.state);
  }

  get #isBackward(): boolean {
    return this.state === 'ROLLING_BACK' || this.state === 'ROLLBACK_FAILED';
  }

  #retry(asked: number | undefined): readonly RunEvent[] | undefined {
    const failed = this.#isForward ? this.tasksIn('FAILED', 'CANCELLED') : [];
    const can = this.#isBackward ? [...this.run.rollback.failed] : failed;
    const tasks = can.filter((task) => asked === undefined || task === asked).toSorted((a, b) => a - b);
    const isRestart = this.state === 'CANCELLED' && asked === undefined;
    if (tasks.length === 0 && !isRestart) return undefined;
    return [{ type: this.#isBackward ? 'undos-retried' : 'tasks-retried', tasks, atMs, by }];
  }

  #skip(task: number): readonly RunEvent[] | undefined {
    if (this.#isBackward) {
      return this.run.rollback.failed.has(task) ? [{ type: 'undo-skipped', task, atMs, by }] : undefined;
    }
    const isFailed = this.#isForward && this.#stateOf(task) === 'FAILED';
    return isFailed ? [{ type: 'task-skipped', task, atMs, by }] : undefined;
  }

  #cancel(task: number): readonly RunEvent[] | undefined {
    return this.#stateOf(task) === 'RUNNING' ? [{ type: 'task-cancelling', task, atMs, by }] : undefined;
  }

  #cancelRun(): readonly RunEvent[] | undefined {
    if (this.state !== 'RUNNING' && this.state !== 'PAUSED') return undefined;
    const running = this.tasksIn('RUNNING').map((task): RunEvent => ({ type: 'task-cancelling', task, atMs, by }));
    return [{ type: 'run-cancel-requested', atMs, by }, ...running];
  }

  #resolve(task: number, as: 'success' | 'failed'): readonly RunEvent[] | undefined {
    if (this.#stateOf(task) !== 'UNKNOWN') return undefined;
    if (as === 'success') return [{ type: 'task-resolved-success', task, output: null, atMs, by }];
    return [{ type: 'task-resolved-failed', task, error, atMs, by }];
  }

  #rollbackAsked({ pastNoReturn, without }: Extract<Ask, { kind: 'rollback' }>): readonly RunEvent[] | undefined {
    const isEnded = ['SUCCESS', 'FAILED', 'CANCELLED', 'ROLLBACK_FAILED'].includes(this.state);
    if (!isEnded) return undefined;
    const isStopped = this.#irreversible().some((task) => task !== without);
    return isStopped && !pastNoReturn ? undefined : this.#rollback(without);
  }

  #rollback(without?: number): readonly RunEvent[] {
    const isLeft = (task: number): boolean => this.#plan.tasks[task]?.irreversible === true || task === without;
    const tasks = this.run.toUndo().filter((task) => !isLeft(task) || this.#stateOf(task) !== 'SKIPPED');
    const left = tasks.filter(isLeft);
    const leave = (task: number): RunEvent => ({ type: 'undo-skipped', task, atMs, by });
    return [{ type: 'run-rollback-started', tasks, atMs, by }, ...left.map(leave)];
  }

  /** What stands in the way of a rollback. */
  #irreversible(): readonly number[] {
    const has = (task: number): boolean => this.#plan.tasks[task]?.irreversible === true;
    return this.run.toUndo().filter((task) => has(task) && this.#stateOf(task) !== 'SKIPPED');
  }

  #record(event: RunEvent): void {
    if (!this.run.allows(event)) throw new Error(`The model does not allow its own ${JSON.stringify(event)}.`);
    this.run.apply(event);
    const asksFor = ['tasks-retried', 'undos-retried', 'run-rollback-started'].includes(event.type);
    if (asksFor && 'tasks' in event) for (const task of event.tasks) this.#failures.delete(task);
  }

  #stateOf(task: number): TaskState {
    return this.run.tasks[task]?.state ?? 'PENDING';
  }

  #attempt(task: number): number {
    return this.run.tasks[task]?.attempt ?? 0;
  }
}
