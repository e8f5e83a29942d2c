import { isSettledRun, type RunHeader } from '../state/index.ts';
import { LeaseLostError, RunHeldError, UnknownRunError, type StoredRun } from '../store/index.ts';
import type { Workflow } from '../workflow/index.ts';
import type { EngineParts } from './engine-parts.ts';
import { LiveRun } from './live-run.ts';
import { UnknownWorkflowError } from './operation-errors.ts';
import { parkingName, recoveriesMax } from './parking.ts';
import { planAgain, wholeFingerprint } from './plan-again.ts';
import { replay } from './recorded-run.ts';
import { traced } from './trace-id.ts';
import { shapeFromJson } from '../plan/index.ts';

/** How an open run is taken up whose process has ended. */
export interface TakingUp {
  /** Whether a workflow that has changed since is accepted. @default false */
  readonly acceptChanges?: boolean | undefined;
  /** Who asks for that. @default 'admin' */
  readonly by?: string | undefined;
}

/**
 * The runs that an engine has at hand: those under way, and ended ones for as long as somebody holds a handle of them,
 * so that the handle goes on with its run when that is taken up again. There is never a second one of the same run.
 */
export class LiveRuns {
  readonly #parts: EngineParts;
  readonly #workflows = new Map<string, Workflow>();
  readonly #active = new Map<number, LiveRun>();
  readonly #takingUp = new Map<number, Promise<LiveRun>>();
  readonly #ended = new Map<number, WeakRef<LiveRun>>();
  readonly #forgotten = new FinalizationRegistry<number>((id) => {
    if (!this.#ended.get(id)?.deref()) this.#ended.delete(id);
  });

  constructor(parts: EngineParts, workflows: Iterable<Workflow>) {
    this.#parts = parts;
    for (const workflow of workflows) this.know(workflow);
  }

  /** Makes a workflow known, so that its recorded runs can be taken up again. */
  know(workflow: Workflow): void {
    this.#workflows.set(workflow.name, workflow);
  }

  knows(workflow: string): boolean {
    return this.#workflows.has(workflow);
  }

  /** The runs under way. */
  active(): IterableIterator<LiveRun> {
    return this.#active.values();
  }

  /** A run under way, or one that ended here exactly as the store has it. */
  get(id: number, stored?: StoredRun): LiveRun | undefined {
    const active = this.#active.get(id);
    if (active) return active;
    const ended = this.#ended.get(id)?.deref();
    // Another process may have taken it up meanwhile.
    return ended?.record.sequence === stored?.events.length ? ended : undefined;
  }

  /** Keeps a run at hand until it has ended. Safe twice. */
  adopt(live: LiveRun): void {
    const { id } = live.header;
    if (this.#active.has(id)) return;
    this.#active.set(id, live);
    this.#parts.ownership.keep(true);
    void live.settled().then(
      () => {
        if (!isSettledRun(live.record.state)) return;
        this.#forget(id);
        this.#keepEnded(live);
      },
      (error: unknown) => void this.#release(live, error),
    );
  }

  /** What cannot go on here may go on elsewhere, or here when somebody asks: once none of its bodies is under way. */
  async #release(live: LiveRun, error: unknown): Promise<void> {
    const { ownership, store } = this.#parts;
    await live.released();
    try {
      const owner = ownership.latest;
      if (owner && !(error instanceof LeaseLostError)) await store.letGo(live.header.id, owner);
    } catch {
      // The store cannot be written: the run is this owner's until it leaves, or is taken for dead.
      return;
    }
    this.#forget(live.header.id);
  }

  /**
   * The run to act on: under way here, ended and read from the store, or open and left by a process that has ended, and
   * then taken up.
   *
   * @throws UnknownRunError, RunHeldError, UnknownWorkflowError, PlanChangedError, SecretInputError
   */
  async find(id: number): Promise<LiveRun> {
    const active = this.#active.get(id);
    if (active) return active;
    const stored = await this.#parts.store.readRun(id);
    if (!stored) throw new UnknownRunError(id);
    // Whoever asked at the same time may have been first; from here to the end nobody else gets a turn.
    const known = this.get(id, stored);
    if (known) return known;
    if (!isSettledRun(stored.state)) return await this.takeUp(id);
    const live = new LiveRun({ ...this.#planned(stored, {}), fence: stored.fence, parts: this.#parts });
    this.#keepEnded(live);
    return live;
  }

  /**
   * A run as it is recorded, with a record of the caller's own, to be looked at and not acted on.
   *
   * @throws as `find`, but for `RunHeldError`
   */
  async look(id: number): Promise<Pick<LiveRun, 'header' | 'plan' | 'record'>> {
    const stored = await this.#parts.store.readRun(id);
    if (!stored) throw new UnknownRunError(id);
    return this.#planned(stored, {});
  }

  /**
   * Takes an open run up whose process has ended, and goes on with it. Two who ask at once get the same.
   *
   * @throws RunHeldError when its process may be alive; else as `find`
   */
  takeUp(id: number, options: TakingUp = {}): Promise<LiveRun> {
    const active = this.#active.get(id);
    if (active) return Promise.resolve(active);
    const begun = this.#takingUp.get(id);
    if (begun) return begun;
    const takingUp = this.#takeUp(id, options).finally(() => this.#takingUp.delete(id));
    this.#takingUp.set(id, takingUp);
    return takingUp;
  }

  async #takeUp(id: number, { acceptChanges = false, by = 'admin' }: TakingUp): Promise<LiveRun> {
    const { store, ownership, clock, logger } = this.#parts;
    const before = await store.readRun(id);
    if (!before) throw new UnknownRunError(id);
    const holder = await store.holderOf(id);
    if (holder?.isAlive) throw new RunHeldError(id, holder);
    // Refused before anything is taken: a run that cannot go on here is left for whoever can carry it.
    this.#planned(before, { acceptChanges });
    const { run, recoveries, from } = await store.takeRun(id, await ownership.current());
    const { isNewlyAccepted, ...planned } = this.#planned(run, { acceptChanges });
    const live = new LiveRun({ ...planned, fence: run.fence, parts: this.#parts });
    this.adopt(live);
    const vanished = from && { pid: from.pid, host: from.host };
    logger.warn({ runId: id, recoveries, from: vanished, ...traced(live.record) }, 'the run is taken up');
    if (isNewlyAccepted) {
      const fingerprint = wholeFingerprint(live.plan);
      await live.operate(() => [{ type: 'changes-accepted', fingerprint, by, atMs: clock.nowMs() }], undefined);
    }
    if (isSettledRun(run.state)) return live;
    if (recoveries > recoveriesMax) await live.park(crashLoop(recoveries));
    live.recover();
    return live;
  }

  #planned({ header, events }: StoredRun, { acceptChanges = false }: TakingUp) {
    const record = replay(shapeFromJson(header.plan), events);
    return { header, record, ...planAgain(this.#workflowOf(header), { header, record }, { acceptChanges }) };
  }

  #workflowOf({ workflow: name }: RunHeader): Workflow {
    const workflow = this.#workflows.get(name);
    if (!workflow) throw new UnknownWorkflowError(name, [...this.#workflows.keys()]);
    return workflow;
  }

  #forget(id: number): void {
    this.#active.delete(id);
    this.#parts.ownership.keep(this.#active.size > 0);
  }

  #keepEnded(live: LiveRun): void {
    this.#ended.set(live.header.id, new WeakRef(live));
    this.#forgotten.register(live, live.header.id);
  }
}

function crashLoop(recoveries: number): string {
  return (
    `The process that ran it has ended ${recoveries} times in a row without any task of its run coming to an end, so ` +
    `${parkingName} has put the run aside. Find out what ends the process; then resolve this task and resume the run.`
  );
}
