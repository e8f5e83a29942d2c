import { JournalStore } from '../../src/store/journal-store.ts';
import { MemoryLedger } from '../../src/store/memory/memory-ledger.ts';
import { memoryGrouping } from '../../src/store/memory/memory-store.ts';
import type { Store, StoreOwner } from '../../src/store/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import type { Tables } from '../../src/workflow/index.ts';

const never = new Promise<never>(() => undefined);

/** When a process ends: before or after a call has had its effect; in neither case does it hear of that. */
export type CrashMoment = 'before' | 'after';

/** What a process asks for that can be its last: an append, a transaction that writes tables, a call to the world. */
export type CrashingCall = 'append' | 'tables' | 'remote';

/** A call that can be the last of a process, told apart by what it is about. */
export interface CrashPoint {
  readonly call: CrashingCall;
  readonly about: string;
}

/** Says of each call whether the process ends there. */
export type CrashPlan = (point: CrashPoint) => CrashMoment | undefined;

/** One store that outlives the processes that use it, all in memory. */
export class CrashingStore {
  readonly #ledger = new MemoryLedger();
  readonly #store = new JournalStore<RunEvent>(this.#ledger, { grouping: memoryGrouping });

  /** A process of its own, as far as the store can tell. */
  process(): StoreProcess {
    return new StoreProcess(this.#store, (id) => this.#ledger.condemnOwner(id));
  }
}

/** A process that uses the store, and can be made to end: from then on nothing that it does has any effect. */
export class StoreProcess {
  readonly store: Store;
  crashAt: CrashPlan | undefined;
  readonly #owners: StoreOwner[] = [];
  readonly #condemn: (owner: number) => void;
  readonly #ended = Promise.withResolvers<undefined>();
  #hasEnded = false;

  constructor(store: Store, condemn: (owner: number) => void) {
    this.#condemn = condemn;
    this.store = this.#mortal(store);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  /** The process ends, at once. */
  kill(): void {
    this.#hasEnded = true;
    this.condemn();
    this.#ended.resolve(undefined);
  }

  /** The process stands still for so long that others take it for dead. */
  condemn(): void {
    for (const { id } of this.#owners) this.#condemn(id);
  }

  /** Only what writes is a call of its own: most transactions read. */
  async #transact<Result>(
    store: Store,
    work: (tables: Tables) => Promise<Result>,
    patienceMs: number | undefined,
  ): Promise<Result> {
    if (this.#hasEnded) return never;
    const written = new Set<string>();
    const noting = (tables: Tables): Tables => ({
      get: (...args) => tables.get(...args),
      list: (...args) => tables.list(...args),
      nextNumber: (...args) => (written.add(`draw ${args[0]}`), tables.nextNumber(...args)),
      put: (...args) => (written.add(`put ${args[0]} ${Object.keys(args[2]).join()}`), tables.put(...args)),
      delete: (...args) => (written.add(`delete ${args[0]}`), tables.delete(...args)),
    });
    const result = await store.transact((tables) => work(noting(tables)), patienceMs);
    const about = [...written].join('; ');
    return about === '' ? result : this.call({ call: 'tables', about }, () => Promise.resolve(result));
  }

  /** Makes a call that may be the last of the process; nothing comes back to one that has ended. */
  async call<Result>(point: CrashPoint, call: () => Promise<Result>): Promise<Result> {
    if (this.#hasEnded) return never;
    const moment = this.crashAt?.(point);
    if (moment === 'before') this.kill();
    if (moment === 'before') return never;
    try {
      return await call();
    } finally {
      if (moment === 'after') this.kill();
      await this.#alive();
    }
  }

  #alive(): Promise<void> {
    return this.#hasEnded ? never : Promise.resolve();
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
      append: (commit) => this.call({ call: 'append', about: aboutEvents(commit.events) }, () => store.append(commit)),
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
      runVersions: (filter) => alive(() => store.runVersions(filter)),
      view: (work) => alive(() => store.view(work)),
      listRuns: (filter) => alive(() => store.listRuns(filter)),
      prune: (request) => alive(() => store.prune(request)),
      appendLog: (lines) => {
        if (!this.#hasEnded) store.appendLog(lines);
      },
      readLog: (query) => alive(() => store.readLog(query)),
      transact: (work, patienceMs) => this.#transact(store, work, patienceMs),
      flush: () => alive(() => store.flush()),
      close: async () => undefined,
    };
  }
}

function aboutEvents(events: readonly RunEvent[]): string {
  return events.map((event) => ('task' in event ? `${event.type} ${event.task + 1}` : event.type)).join(', ');
}
