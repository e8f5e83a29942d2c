import { memoryStore, type JournalCommit, type Store } from '../../src/store/index.ts';

/** A store whose appends a test can hold back, or break. Everything else goes straight through. */
export class WatchedStore implements Store {
  readonly #store: Store;
  #gate: PromiseWithResolvers<void> | undefined;
  #isHeld: (commit: JournalCommit) => boolean = () => true;
  #broken: ((commit: JournalCommit) => Error | undefined) | undefined;
  /** Every commit that was asked for, in order, whatever became of it. */
  readonly asked: JournalCommit[] = [];

  constructor(store: Store = memoryStore()) {
    this.#store = store;
  }

  /** From now on appends wait, or some of them. */
  hold(isHeld: (commit: JournalCommit) => boolean = () => true): void {
    this.#isHeld = isHeld;
    this.#gate ??= Promise.withResolvers();
  }

  /** What waits goes on, and what comes no longer waits. */
  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** From now on an append for which `broken` gives an error fails with it and records nothing. */
  breakAppends(broken: (commit: JournalCommit) => Error | undefined = () => new Error('the disk is full')): void {
    this.#broken = broken;
  }

  async append(commit: JournalCommit): Promise<void> {
    this.asked.push(commit);
    if (this.#isHeld(commit)) await this.#gate?.promise;
    const error = this.#broken?.(commit);
    if (error) throw error;
    await this.#store.append(commit);
  }

  createRun: Store['createRun'] = (request) => this.#store.createRun(request);
  readRun: Store['readRun'] = (id) => this.#store.readRun(id);
  listRuns: Store['listRuns'] = (filter) => this.#store.listRuns(filter);
  appendLog: Store['appendLog'] = (lines) => this.#store.appendLog(lines);
  readLog: Store['readLog'] = (query) => this.#store.readLog(query);
  transact: Store['transact'] = (work) => this.#store.transact(work);
  flush: Store['flush'] = () => this.#store.flush();
  close: Store['close'] = () => this.#store.close();
}
