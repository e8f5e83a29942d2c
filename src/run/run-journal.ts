import type { RunEvent, RunRecord, TaskChange } from '../state/index.ts';
import { runStateAfter } from '../state/index.ts';
import type { JournalCommit, Store } from '../store/index.ts';

/** Looks at the recorded state and says what is to be recorded next; nothing when the moment has passed. */
export type Decision = (record: RunRecord) => readonly RunEvent[];

/** What else belongs into the same commit. */
export type CommitExtras = Pick<JournalCommit, 'claims' | 'also'>;

interface Proposal {
  readonly decide: Decision;
  readonly extras: CommitExtras | undefined;
  readonly resolve: (events: readonly RunEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly events: RunEvent[];
  readonly proposals: { readonly proposal: Proposal; readonly events: readonly RunEvent[] }[];
  extras: CommitExtras;
}

export interface JournalOptions {
  readonly runId: number;
  readonly record: RunRecord;
  readonly store: Pick<Store, 'append'>;
  /** Called for each event once it has been recorded and folded in, in order. Must not throw. */
  readonly onRecorded: (event: RunEvent, changes: readonly TaskChange[]) => void;
  /** Called when all events of a commit have been told. Must not throw. */
  readonly onBatch: () => void;
}

/**
 * The only way by which a run's state changes: proposals are decided against the recorded state, appended to the store,
 * and folded in once they are durable. What comes up while a commit is under way goes into the next one together.
 */
export class RunJournal {
  readonly #options: JournalOptions;
  #queue: Proposal[] = [];
  #isFlushing = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the events that were recorded, none when `decide` found nothing to record. Rejects with what `decide`
   * or `extras.also` threw, with nothing recorded, or with the store's error.
   */
  propose(decide: Decision, extras?: CommitExtras): Promise<readonly RunEvent[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ decide, extras, resolve, reject });
      if (!this.#isFlushing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    // Whatever ends in this same turn joins the first commit.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#commit(this.#nextBatch());
    this.#isFlushing = false;
  }

  async #commit({ events, proposals, extras }: Batch): Promise<void> {
    const { runId, record, store, onRecorded, onBatch } = this.#options;
    try {
      if (events.length > 0)
        await store.append({ runId, events, state: events.reduce(runStateAfter, record.state), ...extras });
    } catch (error) {
      for (const { proposal } of proposals) proposal.reject(error);
      return;
    }
    for (const event of events) onRecorded(event, record.apply(event));
    for (const { proposal, events: own } of proposals) proposal.resolve(own);
    onBatch();
  }

  /** The longest prefix of what is proposed whose decisions cannot influence each other. */
  #nextBatch(): Batch {
    const batch: Batch = { events: [], proposals: [], extras: {} };
    const touched = new Set<number>();
    let taken = 0;
    for (const proposal of this.#queue) {
      if (proposal.extras && batch.events.length > 0) break;
      const events = this.#decide(proposal);
      if (events && !addNew(touched, events)) break;
      taken += 1;
      if (!events) continue;
      batch.proposals.push({ proposal, events });
      batch.events.push(...events);
      if (proposal.extras) batch.extras = proposal.extras;
      if (proposal.extras || !events.every(leavesOthersAlone)) break;
    }
    this.#queue = this.#queue.slice(taken);
    return batch;
  }

  #decide({ decide, reject }: Proposal): readonly RunEvent[] | undefined {
    try {
      return decide(this.#options.record);
    } catch (error) {
      reject(error);
      return undefined;
    }
  }
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
