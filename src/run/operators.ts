import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../json/index.ts';
import { isSettledRun } from '../state/index.ts';
import { JournalMovedError, LeaseLostError, RunHeldError, type Wish } from '../store/index.ts';
import type { OperationOptions, OperationResult } from './engine-interface.ts';
import type { EngineParts } from './engine-parts.ts';
import type { LiveRun } from './live-run.ts';
import type { LiveRuns } from './live-runs.ts';
import { operate, rehearse, type Asking } from './operate.ts';
import { RunNotOwnedError } from './operation-errors.ts';
import {
  doneAnswer,
  wishAsJson,
  failedAnswer,
  operationOf,
  resultOfAnswer,
  type OperatorAction,
  type OperatorWish,
} from './operator-wish.ts';
import { requireTraceId, traced } from './trace-id.ts';

interface OperatorsOptions {
  readonly runs: LiveRuns;
  /** @throws EngineClosedError */
  readonly requireOpen: () => void;
  /** A run that had ended is under way again. */
  readonly onTaken: (live: LiveRun) => void;
}

/** Pause between two looks for the answer of another process, in milliseconds. */
const answerPollMs = 30;

/** Carries out what operators ask for: here, or by leaving it with the process that has the run. */
export class Operators {
  readonly #parts: EngineParts;
  readonly #options: OperatorsOptions;
  readonly #begun = new Set<number>();

  constructor(parts: EngineParts, options: OperatorsOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Carries an action out, or with `dryRun` says what it would touch. */
  async act(runId: number, action: OperatorAction, options: OperationOptions): Promise<OperationResult> {
    const { dryRun = false, by, traceId } = options;
    this.#options.requireOpen();
    requireTraceId(traceId);
    if (dryRun) {
      const { limits, dispatcher } = this.#parts;
      const asked = { ...this.#asked(options), limits, concurrency: dispatcher.size };
      return rehearse(await this.#options.runs.look(runId), operationOf(action), asked);
    }
    const wish = { ...action, ...(by === undefined ? {} : { by }), ...traced({ traceId }) };
    for (;;) {
      try {
        return await this.#actHere(runId, wish);
      } catch (error) {
        if (!isElsewhere(error)) throw error;
      }
      const answer = await this.#askOwner(runId, wish);
      if (answer) return resultOfAnswer(runId, answer);
    }
  }

  /** Other processes may have left wishes for runs that this engine has. Never throws. */
  lookForWishes(): void {
    void this.#fulfilAll().catch(() => undefined);
  }

  async #actHere(runId: number, wish: OperatorWish, wishId?: number): Promise<OperationResult> {
    const { runs, onTaken } = this.#options;
    const live = await runs.find(runId);
    const { ownership } = this.#parts;
    const owner = isSettledRun(live.record.state) ? await ownership.current() : ownership.latest;
    const carrying = { ...this.#asked(wish), owner, ...(wishId === undefined ? {} : { wishId }) };
    const result = await operate(live, operationOf(wish), carrying);
    if (isSettledRun(live.record.state)) return result;
    runs.adopt(live);
    onTaken(live);
    return result;
  }

  /** The answer of the process that has the run; undefined when nobody has it any more, and the wish is taken back. */
  async #askOwner(runId: number, wish: OperatorWish): Promise<JsonObject | undefined> {
    const { store } = this.#parts;
    const wishId = await store.ask(runId, wishAsJson(wish));
    for (;;) {
      const answer = await store.answerTo(wishId);
      if (answer) {
        await store.withdraw(wishId);
        return answer;
      }
      const holder = await store.holderOf(runId);
      if (!holder?.isAlive && (await store.withdraw(wishId))) return undefined;
      this.#options.requireOpen();
      await delay(answerPollMs);
    }
  }

  async #fulfilAll(): Promise<void> {
    const { store, ownership } = this.#parts;
    const owner = ownership.latest;
    if (!owner) return;
    for (const wish of await store.wishesFor(owner)) {
      if (this.#begun.has(wish.id)) continue;
      this.#begun.add(wish.id);
      void this.#fulfil(wish).finally(() => this.#begun.delete(wish.id));
    }
  }

  /** Never rejects: what goes wrong is the answer. */
  async #fulfil({ id, runId, wish }: Wish): Promise<void> {
    const { store } = this.#parts;
    const isHere = [...this.#options.runs.active()].some(({ header }) => header.id === runId);
    try {
      if (!isHere) throw new RunNotOwnedError(runId, 'not under way');
      const result = await this.#actHere(runId, wish as unknown as OperatorWish, id);
      await store.answer(id, doneAnswer(result));
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      await store.answer(id, failedAnswer(error)).catch(() => undefined);
    }
  }

  #asked({ by, traceId }: Pick<OperationOptions, 'by' | 'traceId'>): Asking {
    return { by, traceId, nowMs: () => this.#parts.clock.nowMs() };
  }
}

/** Another process has the run, or was first: what is decided on has changed. */
function isElsewhere(error: unknown): boolean {
  return error instanceof RunHeldError || error instanceof JournalMovedError || error instanceof LeaseLostError;
}
