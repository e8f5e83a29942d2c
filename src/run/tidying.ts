import { serializeError } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import { isInFlight, type RunRecord } from '../state/index.ts';
import type { AttemptRunner } from './attempt-runner.ts';
import type { EngineParts } from './engine-parts.ts';
import { traced } from './trace-id.ts';

interface TidyingOptions {
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly parts: Pick<EngineParts, 'logger'>;
  readonly attempts: AttemptRunner;
  /** Nothing is being cleared away any more. */
  readonly onIdle: () => void;
}

/** How long clearing away may take, in milliseconds: it is a courtesy, and must hold nobody up. */
const timeoutMs = 30_000;
/** At a time, after a crash. */
const parallel = 8;

/**
 * Clears away what tasks keep elsewhere to be asked again, once their outcome is recorded. A crash in between leaves it
 * there, so that whoever takes the run up clears away after every task.
 */
export class Tidying {
  readonly #options: TidyingOptions;
  readonly #underWay = new Map<number, Promise<void>>();

  constructor(options: TidyingOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Resolves when nothing of a task is being cleared away any more: what it does next must not be taken for that. */
  async done(task: number): Promise<void> {
    await this.#underWay.get(task);
  }

  /** Clears away after one task; does nothing when it has nothing to. Never rejects. */
  async tidy(task: number): Promise<void> {
    if (!this.#options.plan.tasks[task]?.body.end) return;
    const before = this.#underWay.get(task);
    const tidying = (async () => {
      await before;
      await this.#end(task);
    })();
    this.#underWay.set(task, tidying);
    await tidying;
    if (this.#underWay.get(task) === tidying) this.#underWay.delete(task);
    if (!this.isBusy) this.#options.onIdle();
  }

  async #end(task: number): Promise<void> {
    const { plan, record, parts, attempts } = this.#options;
    const { key, body } = plan.tasks[task] ?? {};
    try {
      await body?.end?.(attempts.contextOf(task, AbortSignal.timeout(timeoutMs)));
    } catch (error) {
      parts.logger.warn(
        { task: key, ...traced(record), error: serializeError(error) },
        'something was not cleared away',
      );
    }
  }

  /** Clears away after every task whose outcome is known. */
  tidyAll(): void {
    const { plan, record } = this.#options;
    const hasEnded = (task: number): boolean => {
      const state = record.taskState(task);
      return record.attempt(task) > 0 && !isInFlight(state) && state !== 'UNKNOWN' && state !== 'READY';
    };
    const left = [...plan.tasks.keys()].filter((task) => plan.tasks[task]?.body.end && hasEnded(task));
    const next = async (): Promise<void> => {
      for (let task = left.pop(); task !== undefined; task = left.pop()) await this.tidy(task);
    };
    for (let lane = 0; lane < Math.min(parallel, left.length); lane += 1) void next();
  }
}
