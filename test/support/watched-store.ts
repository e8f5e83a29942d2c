import { memoryStore, type JournalCommit, type Store } from '../../src/store/index.ts';

/** A store whose appends a test can hold back, or break. Everything else goes straight through. */
export class WatchedStore implements Store {
  readonly isShared = false;
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

  async append(commit: JournalCommit): Promise<number> {
    this.asked.push(commit);
    if (this.#isHeld(commit)) await this.#gate?.promise;
    const error = this.#broken?.(commit);
    if (error) throw error;
    return await this.#store.append(commit);
  }

  join: Store['join'] = (listener) => this.#store.join(listener);
  takeRun: Store['takeRun'] = (id, owner) => this.#store.takeRun(id, owner);
  letGo: Store['letGo'] = (id, owner) => this.#store.letGo(id, owner);
  openRuns: Store['openRuns'] = () => this.#store.openRuns();
  holderOf: Store['holderOf'] = (id) => this.#store.holderOf(id);
  ask: Store['ask'] = (id, wish) => this.#store.ask(id, wish);
  wishesFor: Store['wishesFor'] = (owner) => this.#store.wishesFor(owner);
  answer: Store['answer'] = (id, answer) => this.#store.answer(id, answer);
  answerTo: Store['answerTo'] = (id) => this.#store.answerTo(id);
  withdraw: Store['withdraw'] = (id) => this.#store.withdraw(id);
  health: Store['health'] = () => this.#store.health();
  createRun: Store['createRun'] = (request) => this.#store.createRun(request);
  readRun: Store['readRun'] = (id) => this.#store.readRun(id);
  listRuns: Store['listRuns'] = (filter) => this.#store.listRuns(filter);
  runVersions: Store['runVersions'] = (filter) => this.#store.runVersions(filter);
  view: Store['view'] = (work) => this.#store.view(work);
  prune: Store['prune'] = (request) => this.#store.prune(request);
  appendLog: Store['appendLog'] = (lines) => this.#store.appendLog(lines);
  readLog: Store['readLog'] = (query) => this.#store.readLog(query);
  transact: Store['transact'] = (work, patienceMs) => this.#store.transact(work, patienceMs);
  flush: Store['flush'] = () => this.#store.flush();
  close: Store['close'] = () => this.#store.close();
}
