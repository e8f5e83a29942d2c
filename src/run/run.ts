import type { SerializedError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { PlanShape } from '../plan/index.ts';
import {
  isSatisfied,
  snapshotOfRun,
  type RunHeader,
  type RunRecord,
  type RunSnapshot,
  type RunState,
  type TaskState,
} from '../state/index.ts';
import type { Listener, NoticeBus } from './notice-bus.ts';
import type { NoticeKind } from './run-notice.ts';

/** How a run ended. */
export interface RunOutcome {
  readonly state: RunState;
  /** Recorded outputs by task key. */
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** Why tasks failed, in plan order; those that were skipped after all are not among them. */
  readonly failures: readonly { readonly task: string; readonly error: SerializedError }[];
}

interface RunOptions {
  readonly header: RunHeader;
  readonly plan: PlanShape;
  readonly record: RunRecord;
  readonly bus: NoticeBus;
  readonly settled: () => Promise<void>;
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
