import type { RunEvent, RunRecord, TaskChange } from '../state/index.ts';
import { runStateAfter } from '../state/index.ts';
import type { Scrubber } from '../secrets/index.ts';
import { JournalMovedError, LeaseLostError, type JournalCommit, type Store } from '../store/index.ts';

/** Looks at the recorded state and says what is to be recorded next; nothing when the moment has passed. */
export type Decision = (record: RunRecord) => readonly RunEvent[];

/** What else belongs into the same commit. */
export type CommitExtras = Pick<JournalCommit, 'claims' | 'owner' | 'also' | 'answer'>;

/** What is special about a proposal. One that has any of it gets a commit of its own. */
export interface ProposalOptions {
  /** What else belongs into the commit of these events; called right after the decision. */
  readonly extras?: (record: RunRecord, events: readonly RunEvent[]) => CommitExtras | undefined;
  /** Somebody asked for it, who is told when it cannot be recorded. Otherwise that ends the journal. @default false */
  readonly isAsked?: boolean;
}

interface Proposal {
  readonly decide: Decision;
  readonly options: ProposalOptions | undefined;
  readonly resolve: (events: readonly RunEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly events: RunEvent[];
  readonly proposals: { readonly proposal: Proposal; readonly events: readonly RunEvent[] }[];
  readonly touched: Set<number>;
  extras: CommitExtras;
}

export interface JournalOptions {
  readonly runId: number;
  readonly record: RunRecord;
  /** The fencing token of the next append. */
  readonly fence: number;
  readonly store: Pick<Store, 'append'>;
  readonly scrubber: Pick<Scrubber, 'text' | 'json' | 'error'>;
  /** Called for each event once it has been recorded and folded in, in order. Must not throw. */
  readonly onRecorded: (event: RunEvent, changes: readonly TaskChange[]) => void;
  /** Called when all events of a commit have been told. Must not throw. */
  readonly onBatch: () => void;
  /** Called once, when nothing can be recorded any more. Must not throw. */
  readonly onStopped: (error: Error) => void;
}

/**
 * The only way by which a run's state changes: proposals are decided against the recorded state, scrubbed, appended to
 * the store, and folded in once they are durable. What comes up while a commit is under way goes into the next one
 * together. After a commit that failed nothing more is recorded, unless somebody had asked for it and was told.
 */
export class RunJournal {
  readonly #options: JournalOptions;
  #queue: Proposal[] = [];
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;
  #fence: number;
  #latestAtMs: number;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#fence = options.fence;
    this.#latestAtMs = options.record.latestAtMs;
  }

  /** The fencing token of the next append. */
  get fence(): number {
    return this.#fence;
  }

  /**
   * Resolves with the events that were recorded, none when `decide` found nothing to record. Rejects with what `decide`
   * or a commit's `also` threw, with nothing recorded, or with the store's error.
   */
  propose(decide: Decision, options?: ProposalOptions): Promise<readonly RunEvent[]> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#queue.push({ decide, options, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves when nothing waits to be recorded. */
  async idle(): Promise<void> {
    await this.#flushing;
  }

  /** Records nothing from now on; what waits is rejected. Safe twice. */
  stop(thrown: unknown): void {
    if (this.#failure) return;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#failure = error;
    for (const { reject } of this.#queue.splice(0)) reject(error);
    this.#options.onStopped(error);
  }

  async #flush(): Promise<void> {
    // Whatever ends in this same turn joins the first commit.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#commit(this.#nextBatch());
    this.#flushing = undefined;
  }

  /** Never rejects. */
  async #commit(batch: Batch): Promise<void> {
    const { runId, record, store } = this.#options;
    const { events, proposals, extras } = batch;
    try {
      if (events.length > 0) {
        const state = events.reduce(runStateAfter, record.state);
        this.#fence = await store.append({
          ...{ runId, fence: this.#fence, after: record.sequence, events, state },
          ...extras,
        });
      }
    } catch (error) {
      for (const { proposal } of proposals) proposal.reject(error);
      const isLost = error instanceof LeaseLostError || error instanceof JournalMovedError;
      if (isLost || !proposals.every(({ proposal }) => proposal.options?.isAsked)) this.stop(error);
      return;
    }
    this.#foldIn(batch);
  }

  #foldIn({ events, proposals }: Batch): void {
    const { record, onRecorded, onBatch } = this.#options;
    try {
      for (const event of events) onRecorded(event, record.apply(event));
    } catch (error) {
      // A defect: what the store has and what is in memory are no longer the same.
      for (const { proposal } of proposals) proposal.reject(error);
      this.stop(error);
      return;
    }
    for (const { proposal, events: own } of proposals) proposal.resolve(own);
    onBatch();
  }

  /** The longest prefix of what is proposed whose decisions cannot influence each other. */
  #nextBatch(): Batch {
    const batch: Batch = { events: [], proposals: [], touched: new Set(), extras: {} };
    for (const proposal of this.#queue) {
      if (proposal.options && batch.events.length > 0) break;
      const events = this.#decide(proposal);
      if (!addNew(batch.touched, events)) break;
      batch.proposals.push({ proposal, events });
      for (const event of events) batch.events.push(event);
      if (proposal.options || !events.every(leavesOthersAlone)) break;
    }
    this.#queue = this.#queue.slice(batch.proposals.length);
    if (batch.events.length > 0) batch.extras = this.#extrasOf(batch);
    return batch;
  }

  /** A proposal with extras is the last of its batch, and the only one with events. */
  #extrasOf({ proposals, events }: Batch): CommitExtras {
    const { extras } = proposals.at(-1)?.proposal.options ?? {};
    return extras?.(this.#options.record, events) ?? {};
  }

  /** What the proposal comes down to now; nothing when it throws, which then is its answer. */
  #decide({ decide, reject }: Proposal): readonly RunEvent[] {
    try {
      return decide(this.#options.record).map((event) => this.#inOrder(scrubbed(event, this.#options.scrubber)));
    } catch (error) {
      reject(error);
      return [];
    }
  }

  /** The wall clock may have jumped back: nothing is recorded as earlier than what was recorded before it. */
  #inOrder(event: RunEvent): RunEvent {
    this.#latestAtMs = Math.max(this.#latestAtMs, event.atMs);
    const lateMs = this.#latestAtMs - event.atMs;
    if (lateMs === 0) return event;
    const retryAtMs = 'retryAtMs' in event ? event.retryAtMs : undefined;
    const isRetry = retryAtMs !== undefined;
    return { ...event, atMs: event.atMs + lateMs, ...(isRetry ? { retryAtMs: retryAtMs + lateMs } : {}) };
  }
}

/** The event without any known secret: what bodies and operators said is all that can hold one. */
function scrubbed(event: RunEvent, scrubber: JournalOptions['scrubber']): RunEvent {
  return {
    ...event,
    ...('by' in event ? { by: scrubber.text(event.by) } : {}),
    ...('traceId' in event ? { traceId: scrubber.text(event.traceId) } : {}),
    ...('output' in event ? { output: scrubber.json(event.output) } : {}),
    ...('error' in event ? { error: scrubber.error(event.error) } : {}),
  };
}

/** Adds the events' tasks; adds none and answers false when one is there already. */
function addNew(touched: Set<number>, events: readonly RunEvent[]): boolean {
  const tasks = events.flatMap((event) => ('task' in event ? [event.task] : []));
  if (tasks.some((task) => touched.has(task))) return false;
  for (const task of tasks) touched.add(task);
  return true;
}

/** Starts, successes and automatic retries of one task never change what may be decided about another. */
function leavesOthersAlone(event: RunEvent): boolean {
  return (
    event.type === 'task-started' ||
    event.type === 'task-succeeded' ||
    (event.type === 'task-failed' && event.retryAtMs !== undefined)
  );
}
