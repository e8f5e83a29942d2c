import { JournalStore } from '../../src/store/journal-store.ts';
import { MemoryLedger } from '../../src/store/memory/memory-ledger.ts';
import type { Store, StoreOwner } from '../../src/store/index.ts';
import type { RunEvent } from '../../src/state/index.ts';

const never = new Promise<never>(() => undefined);
const grouping = Object.freeze({ membersMax: 1, schedule: queueMicrotask, logDelayMs: 0, linesHeldMax: 0, busyMs: 0 });

/** When a process ends: before or after a call of the store has had its effect; in neither case does it hear of that. */
export type CrashMoment = 'before' | 'after';

/** One store that outlives the processes that use it, all in memory. */
export class CrashingStore {
  readonly #ledger = new MemoryLedger();
  readonly #store = new JournalStore<RunEvent>(this.#ledger, { grouping });

  /** A process of its own, as far as the store can tell. */
  process(): StoreProcess {
    return new StoreProcess(this.#store, (id) => this.#ledger.condemnOwner(id));
  }
}

/** A process that uses the store, and can be made to end: from then on nothing that it does has any effect. */
export class StoreProcess {
  readonly store: Store;
  /** Called before each append, with its number from 1; an answer makes the process end there. */
  crashAt: ((call: number) => CrashMoment | undefined) | undefined;
  readonly #owners: StoreOwner[] = [];
  readonly #condemn: (owner: number) => void;
  readonly #ended = Promise.withResolvers<void>();
  #hasEnded = false;
  #calls = 0;

  constructor(store: Store, condemn: (owner: number) => void) {
    this.#condemn = condemn;
    this.store = this.#mortal(store);
  }

  /** How many appends were asked for. */
  get calls(): number {
    return this.#calls;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** The process ends, at once. */
  kill(): void {
    this.#hasEnded = true;
    this.condemn();
    this.#ended.resolve();
  }

  /** The process stands still for so long that others take it for dead. */
  condemn(): void {
    for (const { id } of this.#owners) this.#condemn(id);
  }

  /** Of a process that has ended nothing comes back, and nothing gets through. */
  #mortal(store: Store): Store {
    const alive = <Result>(call: () => Promise<Result>): Promise<Result> =>
      this.#hasEnded ? never : call().then((result) => (this.#hasEnded ? never : result));
    return {
      isShared: false,
      join: (listener) => {
        const owner = store.join(listener);
        this.#owners.push(owner);
        return owner;
      },
      append: async (commit) => {
        const moment = this.#hasEnded ? undefined : this.crashAt?.(++this.#calls);
        if (moment === 'before') this.kill();
        return alive(() => {
          const appended = store.append(commit);
          return moment === 'after' ? appended.finally(() => this.kill()) : appended;
        });
      },
      takeRun: (id, owner) => alive(() => store.takeRun(id, owner)),
      letGo: (id, owner) => alive(() => store.letGo(id, owner)),
      openRuns: () => alive(() => store.openRuns()),
      holderOf: (id) => alive(() => store.holderOf(id)),
      ask: (id, wish) => alive(() => store.ask(id, wish)),
      wishesFor: (owner) => alive(() => store.wishesFor(owner)),
      answer: (id, answer) => alive(() => store.answer(id, answer)),
      answerTo: (id) => alive(() => store.answerTo(id)),
      withdraw: (id) => alive(() => store.withdraw(id)),
      health: () => store.health(),
      createRun: (request) => alive(() => store.createRun(request)),
      readRun: (id) => alive(() => store.readRun(id)),
      listRuns: (filter) => alive(() => store.listRuns(filter)),
      appendLog: (lines) => {
        if (!this.#hasEnded) store.appendLog(lines);
      },
      readLog: (query) => alive(() => store.readLog(query)),
      transact: (work, patienceMs) => alive(() => store.transact(work, patienceMs)),
      flush: () => alive(() => store.flush()),
      close: async () => undefined,
    };
  }
}
