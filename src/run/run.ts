import type { SerializedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { PlanShape } from '../plan/index.ts';
import {
  isInFlight,
  isSatisfied,
  snapshotOfRun,
  whyWaiting,
  type RunHeader,
  type RunRecord,
  type RunSnapshot,
  type RunState,
  type StandingTask,
  type StartFacts,
  type TaskState,
  type WaitReason,
} from '../state/index.ts';
import type { Listener, NoticeBus } from './notice-bus.ts';
import type { NoticeKind } from './run-notice.ts';
import { taskIndex } from './task-index.ts';
import type { FailurePolicy } from '../workflow/index.ts';

/** How a run ended. */
export interface RunOutcome {
  readonly state: RunState;
  /** Recorded outputs by task key. */
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** Why tasks failed, in plan order; those that were skipped after all are not among them. */
  readonly failures: readonly { readonly task: string; readonly error: SerializedError }[];
}

/** A task that does not run although its run could still need it, and why. */
export interface WaitingTask extends StandingTask {
  readonly reason: WaitReason;
}

interface RunOptions {
  readonly header: RunHeader;
  readonly plan: PlanShape;
  readonly record: RunRecord;
  readonly bus: NoticeBus;
  readonly settled: () => Promise<void>;
  readonly onFailure: FailurePolicy;
  /** What keeps tasks from starting at this instant. */
  readonly startFacts: () => StartFacts;
  readonly isLive: boolean;
}

/** A run, as an embedding program sees it. Reads only; operator actions are the engine's. */
export class Run {
  readonly #options: RunOptions;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  get id(): number {
    return this.#options.header.id;
  }

  get header(): RunHeader {
    return this.#options.header;
  }

  get plan(): PlanShape {
    return this.#options.plan;
  }

  /** Whether it is in this engine's hands, so that it goes on here and its end can be awaited. */
  get isLive(): boolean {
    return this.#options.isLive;
  }

  get state(): RunState {
    return this.#options.record.state;
  }

  /**
   * Listens to what is recorded of the run from now on. Returns its own unsubscribe.
   *
   * @example run.on('task', ({ task, to }) => console.log(task.key, to))
   */
  on<Kind extends NoticeKind>(kind: Kind, listener: Listener<Kind>): () => void {
    return this.#options.bus.on(kind, listener);
  }

  /** The run as recorded at this instant. O(tasks + edges). */
  snapshot(): RunSnapshot {
    return snapshotOfRun(this.#options);
  }

  /**
   * Why a task, given by its key or its number, does not run at this instant; or that it does. Of a run that another
   * process runs it answers as far as the record tells. O(tasks + edges).
   *
   * @throws UnknownTaskError
   */
  why(task: string | number): WaitReason {
    const { plan, header } = this.#options;
    return whyWaiting({ ...this.#options, start: this.#options.startFacts() })(taskIndex(plan, header, task));
  }

  /** Every task that neither runs nor has ended, and why, in plan order. O(tasks + edges). */
  waiting(): readonly WaitingTask[] {
    const { plan, record } = this.#options;
    const why = whyWaiting({ ...this.#options, start: this.#options.startFacts() });
    return plan.tasks.flatMap(({ key }, index) => {
      const state = record.taskState(index);
      if (isInFlight(state)) return [];
      const reason = why(index);
      return reason.kind === 'settled' ? [] : [{ number: index + 1, key, state, reason }];
    });
  }

  /**
   * Resolves when the run has ended and nothing of it is in flight. A failing task never makes it reject; a store that
   * cannot record, or an engine that was closed in the middle, does.
   */
  async outcome(): Promise<RunOutcome> {
    await this.#options.settled();
    const { plan, record } = this.#options;
    const outputs: [string, JsonValue][] = [];
    const failures: { task: string; error: SerializedError }[] = [];
    for (const [index, { key }] of plan.tasks.entries()) {
      const output = record.output(index);
      const error = record.error(index);
      if (output !== undefined) outputs.push([key, output]);
      if (error && hasFailed(record.taskState(index))) failures.push({ task: key, error });
    }
    return { state: record.state, outputs: Object.fromEntries(outputs), failures };
  }
}

function hasFailed(state: TaskState): boolean {
  return state !== 'READY' && !isSatisfied(state);
}
