import { isSettledRun, type RunHeader } from '../state/index.ts';
import { UnknownRunError, type StoredRun } from '../store/index.ts';
import type { Workflow } from '../workflow/index.ts';
import type { EngineParts } from './engine-parts.ts';
import { LiveRun } from './live-run.ts';
import { RunNotOwnedError, UnknownWorkflowError } from './operation-errors.ts';
import { planAgain, replay } from './recorded-run.ts';

/**
 * The runs that an engine has at hand: those under way, and ended ones for as long as somebody holds a handle of them,
 * so that the handle goes on with its run when that is taken up again. There is never a second one of the same run.
 */
export class LiveRuns {
  readonly #parts: EngineParts;
  readonly #workflows = new Map<string, Workflow>();
  readonly #active = new Map<number, LiveRun>();
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
    void live.settled().then(
      () => {
        if (!isSettledRun(live.record.state)) return;
        this.#active.delete(id);
        this.#keepEnded(live);
      },
      // What cannot be recorded any more is not taken up again here.
      () => undefined,
    );
  }

  /**
   * The run to act on: under way here, or ended and read from the store.
   *
   * @throws UnknownRunError, RunNotOwnedError, UnknownWorkflowError, PlanChangedError, SecretInputError
   */
  async find(id: number): Promise<LiveRun> {
    const active = this.#active.get(id);
    if (active) return active;
    const stored = await this.#parts.store.readRun(id);
    if (!stored) throw new UnknownRunError(id);
    // Whoever asked at the same time may have been first; from here to the end nobody else gets a turn.
    const known = this.get(id, stored);
    if (known) return known;
    if (!isSettledRun(stored.state)) throw new RunNotOwnedError(id, stored.state);
    const plan = planAgain(this.#workflowOf(stored.header), stored.header);
    const { header, events } = stored;
    const live = new LiveRun({ header, plan, record: replay(plan, events), parts: this.#parts });
    this.#keepEnded(live);
    return live;
  }

  #workflowOf({ workflow: name }: RunHeader): Workflow {
    const workflow = this.#workflows.get(name);
    if (!workflow) throw new UnknownWorkflowError(name, [...this.#workflows.keys()]);
    return workflow;
  }

  #keepEnded(live: LiveRun): void {
    this.#ended.set(live.header.id, new WeakRef(live));
    this.#forgotten.register(live, live.header.id);
  }
}
