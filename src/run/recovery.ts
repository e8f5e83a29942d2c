import { setTimeout as delay } from 'node:timers/promises';
import { RefusedError, serializeError } from '../errors/index.ts';
import { LeaseLostError, RunHeldError, type OpenRun, type RunHolder } from '../store/index.ts';
import { isInFlight } from '../state/index.ts';
import type { EngineParts } from './engine-parts.ts';
import type { LiveRun } from './live-run.ts';
import type { LiveRuns, TakingUp } from './live-runs.ts';
import { EngineClosedError, UnknownWorkflowError } from './operation-errors.ts';
import { suspectedFrom } from './parking.ts';

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
/** Runs that are taken up together, so that they share commits: those before them go on already and write too. */
const takenAtOnce = 32;
/** How long a run that is suspected of ending its process is on trial, unless a task of it comes to an end before. */
const trialMs = 5_000;

/** After how many milliseconds it is known whether an owner is dead; Infinity when there is nothing to find out. */
function certainty(holder: RunHolder | undefined): number {
  return holder?.isAlive ? holder.certainInMs : Infinity;
}

/**
 * Takes open runs up whose process has ended: when it is asked, and by itself while it watches. When a process ends again
 * and again, nobody knows which of its runs does that: so those that have not got on since are taken up after all others,
 * one at a time, each once the one before has got on or its trial is over. The rest are not put aside for its sake.
 */
export class Recovery {
  readonly #parts: Pick<EngineParts, 'store' | 'logger' | 'bus'>;
  readonly #runs: LiveRuns;
  /** Runs that were refused, or failed here: not tried again unless somebody asks. */
  readonly #left = new Set<number>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Pick<EngineParts, 'store' | 'logger' | 'bus'>, runs: LiveRuns) {
    this.#parts = parts;
    this.#runs = runs;
  }

  /** Takes up every open run that nobody alive has. Waits until that is certain of each. */
  async takeUpAll(options: TakingUp): Promise<TakenUp> {
    const { suspects, others } = apart(await this.#parts.store.openRuns());
    const runs: LiveRun[] = [];
    const refused: { runId: number; error: RefusedError }[] = [];
    const take = async ({ runId, workflow }: OpenRun, taking: TakingUpOne): Promise<void> => {
      try {
        if (!this.#runs.knows(workflow)) throw new UnknownWorkflowError(workflow, []);
        runs.push(await taking(runId));
      } catch (error) {
        if (!(error instanceof RefusedError) || error instanceof EngineClosedError) throw error;
        refused.push({ runId, error: error as RefusedError });
      }
    };
    const takeUp = (runId: number): Promise<LiveRun> => this.#takeUpWhenCertain(runId, options);
    await Promise.all(others.map((run) => take(run, takeUp)));
    for (const run of suspects) {
      await take(run, run === suspects.at(-1) ? takeUp : (runId) => this.#onTrial(runId, takeUp));
    }
    return { runs: runs.toSorted((a, b) => a.header.id - b.header.id), refused };
  }

  /** Takes up by itself what nobody has any more, now and from now on. */
  watch(): void {
    if (this.#stopped.signal.aborted) return;
    void this.#look().then((pauseMs) => {
      if (this.#stopped.signal.aborted || !this.#parts.store.isShared) return;
      this.#timer = setTimeout(() => {
        this.watch();
      }, pauseMs).unref();
    });
  }

  stop(): void {
    this.#stopped.abort();
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
      const { suspects, others } = apart(open.filter(isFree));
      for (let first = 0; first < others.length; first += takenAtOnce) {
        const some = others.slice(first, first + takenAtOnce);
        await Promise.all(some.map(({ runId }) => this.#takeUpQuietly(runId)));
      }
      for (const run of suspects) await this.#takeUpQuietly(run.runId, { isOnTrial: run !== suspects.at(-1) });
      const certainInMs = open.reduce((least, { holder }) => Math.min(least, certainty(holder)), watchMs);
      return Math.max(lookAgainMs, Math.ceil(certainInMs) + 1);
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#report(error, 'open runs could not be looked for');
      return watchMs;
    }
  }

  async #takeUpQuietly(runId: number, { isOnTrial = false } = {}): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const take = (id: number): Promise<LiveRun> => this.#runs.takeUp(id);
    try {
      const live = await (isOnTrial ? this.#onTrial(runId, take) : take(runId));
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
      if (this.#stopped.signal.aborted) throw new EngineClosedError('no run can be taken up');
      const active = this.#runs.get(runId);
      if (active) return active;
      const holder = await this.#parts.store.holderOf(runId);
      if (!holder?.isAlive) return await this.#runs.takeUp(runId, options);
      if (holder.certainInMs === 0 || holder.certainInMs > leftMs) throw new RunHeldError(runId, holder);
      leftMs = holder.certainInMs;
      await delay(lookAgainMs);
    }
  }

  /** Takes a run up, and waits until it has got on, can get no further by itself, or its trial is over. */
  async #onTrial(runId: number, take: TakingUpOne): Promise<LiveRun> {
    const over = new AbortController();
    const stopListening = this.#parts.bus.on('task', ({ runId: of, from, to }) => {
      if (of === runId && isInFlight(from) && !isInFlight(to)) over.abort();
    });
    try {
      const live = await take(runId);
      if (live.hasWork() || live.record.inFlightCount > 0) {
        const signal = AbortSignal.any([over.signal, this.#stopped.signal]);
        await delay(trialMs, undefined, { signal }).catch(() => undefined);
      }
      return live;
    } finally {
      stopListening();
    }
  }

  #report(error: unknown, message: string, runId?: number): void {
    const run = runId === undefined ? {} : { runId };
    this.#parts.logger.warn({ ...run, error: serializeError(error) }, message);
  }
}

type TakingUpOne = (runId: number) => Promise<LiveRun>;

/** Runs that are suspected of ending their process, the least suspected first, and the others. */
function apart(open: readonly OpenRun[]): {
  readonly suspects: readonly OpenRun[];
  readonly others: readonly OpenRun[];
} {
  const suspects = open.filter(({ recoveries }) => recoveries >= suspectedFrom);
  return {
    suspects: suspects.toSorted((a, b) => a.recoveries - b.recoveries),
    others: open.filter(({ recoveries }) => recoveries < suspectedFrom),
  };
}
