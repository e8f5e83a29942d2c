import { setTimeout as delay } from 'node:timers/promises';
import { RefusedError, serializeError } from '../errors/index.ts';
import { LeaseLostError, RunHeldError, type OpenRun, type RunHolder } from '../store/index.ts';
import type { EngineParts } from './engine-parts.ts';
import type { LiveRun } from './live-run.ts';
import type { LiveRuns, TakingUp } from './live-runs.ts';
import { UnknownWorkflowError } from './operation-errors.ts';

/** What came of looking for runs whose process has ended. */
export interface TakenUp {
  readonly runs: readonly LiveRun[];
  /** Runs that are not taken up, and why: another process has them, or their workflow is unknown or has changed. */
  readonly refused: readonly { readonly runId: number; readonly error: RefusedError }[];
}

/** Pause between two looks at a process that may be dead, in milliseconds. */
const lookAgainMs = 100;
/** Pause between two looks for runs that nobody has any more, in milliseconds. */
const watchMs = 1_000;

/** After how many milliseconds it is known whether an owner is dead; Infinity when there is nothing to find out. */
function certainty(holder: RunHolder | undefined): number {
  return holder?.isAlive ? holder.certainInMs : Infinity;
}

/** Takes open runs up whose process has ended: when it is asked, and by itself while it watches. */
export class Recovery {
  readonly #parts: Pick<EngineParts, 'store' | 'logger'>;
  readonly #runs: LiveRuns;
  /** Runs that were refused, or failed here: not tried again unless somebody asks. */
  readonly #left = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: Pick<EngineParts, 'store' | 'logger'>, runs: LiveRuns) {
    this.#parts = parts;
    this.#runs = runs;
  }

  /** Takes up every open run that nobody alive has. Waits until that is certain of each. */
  async takeUpAll(options: TakingUp): Promise<TakenUp> {
    const open = await this.#parts.store.openRuns();
    const runs: LiveRun[] = [];
    const refused: { runId: number; error: RefusedError }[] = [];
    const taking = open.map(async ({ runId, workflow }) => {
      try {
        if (!this.#runs.knows(workflow)) throw new UnknownWorkflowError(workflow, []);
        runs.push(await this.#takeUpWhenCertain(runId, options));
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        refused.push({ runId, error: error as RefusedError });
      }
    });
    await Promise.all(taking);
    return { runs: runs.toSorted((a, b) => a.header.id - b.header.id), refused };
  }

  /** Takes up by itself what nobody has any more, now and from now on. */
  watch(): void {
    if (this.#isStopped) return;
    void this.#look().then((pauseMs) => {
      if (this.#isStopped || !this.#parts.store.isShared) return;
      this.#timer = setTimeout(() => {
        this.watch();
      }, pauseMs).unref();
    });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /**
   * Answers after how many milliseconds to look again: sooner than usual when it is known by then whether an owner is
   * dead. Never rejects: a look that fails is followed by another.
   */
  async #look(): Promise<number> {
    try {
      const open = await this.#parts.store.openRuns();
      const isFree = ({ runId, workflow, holder }: OpenRun): boolean =>
        !holder?.isAlive && this.#runs.knows(workflow) && !this.#runs.get(runId) && !this.#left.has(runId);
      for (const { runId } of open.filter(isFree)) if (!this.#isStopped) await this.#takeUpQuietly(runId);
      const certainInMs = open.reduce((least, { holder }) => Math.min(least, certainty(holder)), watchMs);
      return Math.max(lookAgainMs, Math.ceil(certainInMs) + 1);
    } catch (error) {
      if (!this.#isStopped) this.#report(error, 'open runs could not be looked for');
      return watchMs;
    }
  }

  async #takeUpQuietly(runId: number): Promise<void> {
    try {
      const live = await this.#runs.takeUp(runId);
      live.settled().catch((error: unknown) => {
        if (!(error instanceof LeaseLostError)) this.#left.add(runId);
      });
    } catch (error) {
      // Another process was first, or the run cannot go on here.
      if (error instanceof RunHeldError) return;
      this.#left.add(runId);
      this.#report(error, 'an open run is left as it is', runId);
    }
  }

  /** A process that is stopped, or of another machine, is dead only when its lease is over; one that beats is alive. */
  async #takeUpWhenCertain(runId: number, options: TakingUp): Promise<LiveRun> {
    let leftMs = Infinity;
    for (;;) {
      const active = this.#runs.get(runId);
      if (active) return active;
      const holder = await this.#parts.store.holderOf(runId);
      if (!holder?.isAlive) return await this.#runs.takeUp(runId, options);
      if (holder.certainInMs === 0 || holder.certainInMs > leftMs) throw new RunHeldError(runId, holder);
      leftMs = holder.certainInMs;
      await delay(lookAgainMs);
    }
  }

  #report(error: unknown, message: string, runId?: number): void {
    const run = runId === undefined ? {} : { runId };
    this.#parts.logger.warn({ ...run, error: serializeError(error) }, message);
  }
}
