import { reversed, type Digraph } from '../graph/index.ts';
import { limitIdsOf, prioritiesOf, type Plan } from '../plan/index.ts';
import { Schedule } from '../schedule/index.ts';
import { isOver, type RunEvent, type RunRecord } from '../state/index.ts';
import type { EngineParts } from './engine-parts.ts';

interface RunScheduleOptions {
  readonly runId: number;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly parts: Pick<EngineParts, 'limits' | 'deadlines' | 'clock'>;
  /** A task may be startable that was not before. */
  readonly onReady: () => void;
}

/**
 * Which task of one run may start next: forwards, or backwards while the run rolls back. Follows what has been recorded
 * and decides nothing by itself.
 */
export class RunSchedule {
  readonly #options: RunScheduleOptions;
  readonly #priority: Float64Array;
  readonly #backoffs = new Set<() => void>();
  readonly #held = new Set<number>();
  #limits: readonly Int32Array[] = [];
  #isStopped = false;
  #schedule: Schedule;

  constructor(options: RunScheduleOptions) {
    this.#options = options;
    this.#priority = prioritiesOf(options.plan);
    this.#limits = limitIds(options);
    this.#schedule = this.#current();
  }

  hasStartable(): boolean {
    return this.#schedule.hasStartable();
  }

  /** The best startable task, which now holds its limits; -1 when there is none. */
  take(): number {
    const task = this.#schedule.take();
    if (task !== -1) this.#held.add(task);
    return task;
  }

  /** A task was under way when its process ended: it is taken, and holds its limits, until it is let go. */
  hold(task: number): void {
    this.#schedule.hold(task);
    this.#held.add(task);
  }

  /** Whether a task waits for nothing but limits and a slot. O(1). */
  isOffered(task: number): boolean {
    return this.#schedule.isQueued(task);
  }

  /** Whether a task was taken and has not been let go. O(1). */
  isHolding(task: number): boolean {
    return this.#held.has(task);
  }

  /** A full limit that keeps a task from being taken, as its task names it. O(its limits). */
  fullLimit(task: number): { readonly id: number; readonly limit: string; readonly size: number } | undefined {
    if (this.#isStopped || !this.isOffered(task)) return undefined;
    const { plan, parts, runId } = this.#options;
    const id = parts.limits.firstFull(this.#limits[task] ?? noLimits);
    if (id === -1) return undefined;
    const pooled = parts.limits.name(id);
    const limit = plan.tasks[task]?.limits.find((name) => pooled === name || pooled === ownLimit(runId, name));
    return { id, limit: limit ?? pooled, size: parts.limits.size(id) };
  }

  /** The taken tasks that hold a limit, ascending. O(tasks under way). */
  holdersOf(limitId: number): readonly number[] {
    return [...this.#held].filter((task) => this.#limits[task]?.includes(limitId)).sort((a, b) => a - b);
  }

  /** A taken task did not start after all. */
  putBack(task: number): void {
    // Meanwhile the run may have turned round.
    if (!this.#held.has(task)) return;
    this.letGo(task);
    this.#schedule.offer(task);
  }

  /** Gives a task's limits back, if it holds them. Safe twice: also when what became of it cannot be recorded. */
  letGo(task: number): void {
    if (!this.#held.delete(task)) return;
    this.#schedule.release(task);
    this.#forgetOwnLimits();
  }

  /** Follows an event that has been folded in. */
  follow(event: RunEvent): void {
    switch (event.type) {
      case 'task-succeeded':
      case 'task-rolled-back':
        this.letGo(event.task);
        this.#schedule.settle(event.task);
        return;
      case 'task-failed':
      case 'task-rollback-failed':
        this.letGo(event.task);
        if (event.retryAtMs !== undefined) this.#offerLater(event.task, event.retryAtMs - event.atMs);
        return;
      case 'task-cancelled':
      case 'task-outcome-unknown':
        this.letGo(event.task);
        return;
      case 'task-skipped':
      case 'task-resolved-success':
        this.#schedule.settle(event.task);
        return;
      case 'tasks-retried':
        for (const task of event.tasks) this.#schedule.offer(task);
        return;
      case 'run-rollback-started':
        this.#replace(() => this.#backward());
        return;
      case 'undos-retried':
        for (const task of event.tasks) this.#schedule.offer(task);
        return;
      case 'undo-skipped':
        this.#schedule.settle(event.task);
        return;
      case 'run-started':
      case 'run-paused':
      case 'run-resumed':
      case 'run-cancel-requested':
      case 'run-settled':
      case 'changes-accepted':
      case 'task-started':
      case 'task-cancelling':
      case 'task-resolved-failed':
      case 'task-rollback-started':
    }
  }

  /** An ended run goes on: what may start is read off the record anew. */
  takeUpAgain(): void {
    this.#replace(() => this.#current());
    this.armBackoffs();
  }

  /**
   * Waits for the automatic attempts that are due later; for none longer than its task ever waits, since the wall clock
   * may have jumped back, or be that of another machine.
   */
  armBackoffs(): void {
    const { plan, record, parts } = this.#options;
    const nowMs = parts.clock.nowMs();
    const isUndo = record.state === 'ROLLING_BACK';
    for (const task of record.tasksIn(isUndo ? 'ROLLBACK_FAILED' : 'READY')) {
      const retryAtMs = record.retryAtMs(task);
      if (retryAtMs === undefined) continue;
      const declared = plan.tasks[task];
      const longestMs = (isUndo ? declared?.undoRetry : declared?.retry)?.backoffMaxMs ?? Infinity;
      this.#offerLater(task, Math.min(Math.max(0, retryAtMs - nowMs), longestMs));
    }
  }

  /** Waits for nothing any more, and forgets the run's own limits once nothing holds them. Safe twice. */
  stop(): void {
    this.#waitForNothing();
    this.#isStopped = true;
    this.#forgetOwnLimits();
  }

  #offerLater(task: number, delayMs: number): void {
    const cancel = this.#options.parts.deadlines.after(delayMs, () => {
      this.#backoffs.delete(cancel);
      this.#schedule.offer(task);
      this.#options.onReady();
    });
    this.#backoffs.add(cancel);
  }

  #waitForNothing(): void {
    for (const cancel of this.#backoffs) cancel();
    this.#backoffs.clear();
    this.#schedule.dispose();
  }

  /** Nobody else can hold them or wait for them. */
  #forgetOwnLimits(): void {
    if (!this.#isStopped || this.#held.size > 0) return;
    const { plan, runId, parts } = this.#options;
    for (const name of Object.keys(plan.ownLimits)) parts.limits.forget(ownLimit(runId, name));
  }

  /** Nothing is under way; what was taken and has not started will not start. */
  #replace(makeSchedule: () => Schedule): void {
    for (const task of this.#held) this.letGo(task);
    this.#waitForNothing();
    if (this.#isStopped) this.#limits = limitIds(this.#options);
    this.#isStopped = false;
    this.#schedule = makeSchedule();
  }

  #current(): Schedule {
    return this.#options.record.state === 'ROLLING_BACK' ? this.#backward() : this.#forward();
  }

  #forward(): Schedule {
    const { plan, record } = this.#options;
    const schedule = this.#over(plan.graph);
    for (let task = 0; task < record.size; task++) {
      if (record.taskState(task) !== 'READY' || record.retryAtMs(task) !== undefined) schedule.withdraw(task);
    }
    return schedule;
  }

  /** The same scheduling on the reversed graph: an undo waits for the undos of everything downstream of it. */
  #backward(): Schedule {
    const { plan, record } = this.#options;
    const schedule = this.#over(reversed(plan.graph));
    for (const task of record.rollbackTasks) {
      if (record.hasUndoFailed(task) || record.retryAtMs(task) !== undefined) schedule.withdraw(task);
    }
    return schedule;
  }

  #over(graph: Digraph): Schedule {
    const { parts, record, onReady } = this.#options;
    const settled = (task: number): boolean => isOver(record, task);
    const limitsOf = (task: number): Int32Array => this.#limits[task] ?? noLimits;
    return new Schedule({ graph, priority: this.#priority, pool: parts.limits, limitsOf, settled, onRoom: onReady });
  }
}

const noLimits = new Int32Array(0);

/** Limits that a fan-out made for itself belong to this run alone; all others are the engine's. */
function limitIds({ plan, runId, parts }: RunScheduleOptions): readonly Int32Array[] {
  return limitIdsOf(plan, parts.limits, ownLimit(runId, ''));
}

function ownLimit(runId: number, name: string): string {
  return `run ${runId}: ${name}`;
}
