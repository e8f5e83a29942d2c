import { AsyncLocalStorage } from 'node:async_hooks';
import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import type { JsonObject } from '../json/index.ts';
import type { Tables } from '../workflow/index.ts';
import { CommitHealth } from './commit-health.ts';
import { append, createRun, prepare, type LendTables } from './commits.ts';
import { GroupCommit, type Grouping } from './group-commit.ts';
import { letGo, takeRun } from './holds.ts';
import type { Ledger } from './ledger.ts';
import { NestedTransactionError, StoreClosedError } from './misuse.ts';
import type { OwnerListener, StoreHealth, StoreOwner } from './owner.ts';
import { OwnerLease, type Pace } from './owner-lease.ts';
import { batchesOf, runsToPrune } from './prune.ts';
import { UnknownRunError } from './refusals.ts';
import type {
  CreatedRun,
  Immediate,
  JournalCommit,
  KeptLogLine,
  LogLine,
  LogQuery,
  NewRun,
  OpenRun,
  PrunedRun,
  PruneRequest,
  RunFilter,
  RunHolder,
  RunSummary,
  RunVersion,
  RunVersionFilter,
  Store,
  StoredRun,
  TableRows,
  TakenRun,
  Wish,
} from './store.ts';
import { TransactionTables } from './transaction-tables.ts';
import { ViewedRows } from './viewed-rows.ts';

const runsListed = 100;
const linesRead = 1_000;
/** As many as `randomInt` takes. */
const ownerIdMax = 2 ** 48 - 1;
const patienceDefaultMs = 10_000;
/** What a run cannot go on without waits for as long as it takes. */
const untilWritten = Object.freeze({ patienceMs: Infinity });
/** What somebody waits for who can be told that it did not work. */
const atOnce = Object.freeze({ patienceMs: 0 });

/** A store over an adapter's ledger. All writing goes through one queue; reads see what has been committed. */
export class JournalStore<Body> implements Store {
  readonly #ledger: Ledger<Body>;
  readonly #commits: GroupCommit;
  readonly #health: CommitHealth;
  readonly #pace: Pace;
  readonly #owners = new Set<OwnerLease>();
  /** In whose callback the caller is. */
  readonly #callback = new AsyncLocalStorage<{ isOpen: boolean }>();
  readonly #lend: LendTables = (use) => this.#lendTables(use);
  #closing: Promise<void> | undefined;

  constructor(ledger: Ledger<Body>, { grouping, pace = {} }: { readonly grouping: Grouping; readonly pace?: Pace }) {
    this.#ledger = ledger;
    this.#health = new CommitHealth(ledger);
    this.#commits = new GroupCommit(ledger, grouping, this.#health);
    this.#pace = pace;
  }

  join(listener: OwnerListener = {}): StoreOwner {
    this.#requireOpen('join');
    const facts = { id: randomInt(1, ownerIdMax), pid: process.pid, host: hostname() };
    const stopListening = listener.onHealth && this.#health.on(listener.onHealth);
    const owner = new OwnerLease(facts, {
      pace: this.#pace,
      onWish: listener.onWish,
      hasWishes: () => this.#ledger.wishesFor(facts.id).length > 0,
      beat: () => this.#commits.enqueue(() => this.#ledger.beat(facts.id), untilWritten),
      leave: async () => {
        stopListening?.();
        this.#owners.delete(owner);
        if (!this.#closing) await this.#commits.enqueue(() => this.#ledger.removeOwner(facts.id), atOnce);
      },
    });
    this.#owners.add(owner);
    return owner;
  }

  async takeRun(runId: number, owner: StoreOwner): Promise<TakenRun> {
    this.#requireMayCommit('takeRun');
    const taken = await this.#commits.enqueue(() => {
      this.#enrol(owner);
      return takeRun(this.#ledger, runId, owner.id);
    }, atOnce);
    const run = this.#ledger.readRun(runId);
    if (!run) throw new UnknownRunError(runId);
    return { ...taken, run };
  }

  get isShared(): boolean {
    return this.#pace.wishPollMs !== undefined;
  }

  async letGo(runId: number, { id: ownerId }: StoreOwner): Promise<void> {
    this.#requireMayCommit('letGo');
    await this.#commits.enqueue(() => letGo(this.#ledger, runId, ownerId), atOnce);
  }

  async openRuns(): Promise<readonly OpenRun[]> {
    this.#requireOpen('openRuns');
    return this.#ledger.openRuns();
  }

  async holderOf(runId: number): Promise<RunHolder | undefined> {
    this.#requireOpen('holderOf');
    return this.#ledger.holderOf(runId);
  }

  async ask(runId: number, wish: JsonObject): Promise<number> {
    this.#requireMayCommit('ask');
    const id = await this.#commits.enqueue(() => this.#ledger.addWish(runId, wish), atOnce);
    for (const owner of this.#owners) owner.lookForWishes();
    return id;
  }

  async wishesFor({ id }: StoreOwner): Promise<readonly Wish[]> {
    this.#requireOpen('wishesFor');
    return this.#ledger.wishesFor(id);
  }

  async answer(wishId: number, answer: JsonObject): Promise<void> {
    this.#requireMayCommit('answer');
    await this.#commits.enqueue(() => this.#ledger.answerWish(wishId, answer), atOnce);
  }

  async answerTo(wishId: number): Promise<JsonObject | undefined> {
    this.#requireOpen('answerTo');
    return this.#ledger.answerTo(wishId);
  }

  async withdraw(wishId: number): Promise<boolean> {
    this.#requireMayCommit('withdraw');
    return this.#commits.enqueue(() => this.#ledger.removeWish(wishId), atOnce);
  }

  health(): StoreHealth {
    return this.#health.health;
  }

  async createRun(request: NewRun): Promise<CreatedRun> {
    this.#requireMayCommit('createRun');
    return this.#commits.enqueue(() => {
      this.#enrol(request.owner);
      return createRun(this.#ledger, request, this.#lend);
    }, atOnce);
  }

  async append(commit: JournalCommit): Promise<number> {
    this.#requireMayCommit('append');
    const prepared = prepare(this.#ledger, commit);
    const patience = { ...untilWritten, aside: prepared.aside };
    return this.#commits.enqueue(() => {
      if (prepared.claims === 'take') this.#enrol(prepared.owner);
      return append(this.#ledger, prepared, this.#lend);
    }, patience);
  }

  async readRun(id: number): Promise<StoredRun | undefined> {
    this.#requireOpen('readRun');
    return this.#ledger.readRun(id);
  }

  async runVersions({ ids }: RunVersionFilter = {}): Promise<readonly RunVersion[]> {
    this.#requireOpen('runVersions');
    return this.#ledger.runVersions(ids);
  }

  async listRuns(filter: RunFilter = {}): Promise<readonly RunSummary[]> {
    this.#requireOpen('listRuns');
    const { limit = filter.ids ? Infinity : runsListed } = filter;
    return this.#ledger.listRuns({ ...filter, limit: limitOf(limit) });
  }

  async prune(request: PruneRequest): Promise<readonly PrunedRun[]> {
    this.#requireMayCommit('prune');
    const runs = runsToPrune(this.#ledger.endedRuns(), request);
    if (request.dryRun) return runs;
    const removed: PrunedRun[] = [];
    for (const batch of batchesOf(runs)) {
      const remove = () => batch.filter((run) => this.#ledger.removeRun(run));
      for (const run of await this.#commits.enqueue(remove, { patienceMs: patienceDefaultMs })) removed.push(run);
    }
    return removed;
  }

  appendLog(lines: readonly LogLine[]): void {
    this.#requireOpen('appendLog');
    this.#commits.keepLines(lines);
  }

  async readLog({ runId, task, after = 0, limit = linesRead }: LogQuery): Promise<readonly KeptLogLine[]> {
    this.#requireOpen('readLog');
    const canWait = !this.#callback.getStore()?.isOpen && !this.#ledger.failure && !this.#commits.isStuck;
    if (canWait && this.#commits.hasLines) await this.#commits.enqueue(nothing, atOnce);
    return this.#ledger.readLog({ runId, task, after, limit: limitOf(limit) });
  }

  async transact<Result>(
    work: (tables: Tables) => Promise<Result>,
    patienceMs: number = patienceDefaultMs,
  ): Promise<Result> {
    this.#requireMayCommit('transact');
    return this.#commits.enqueue(() => this.#lendTables(work), { patienceMs });
  }

  async view<Result>(work: (rows: TableRows) => Immediate<Result>): Promise<Result> {
    this.#requireOpen('view');
    const rows = new ViewedRows(this.#ledger);
    try {
      return this.#ledger.atOneInstant(() => work(rows));
    } finally {
      rows.end();
    }
  }

  async flush(): Promise<void> {
    this.#requireMayCommit('flush');
    if (this.#commits.isPending) await this.#commits.enqueue(nothing, atOnce);
  }

  async close(): Promise<void> {
    this.#requireOutsideCallback('close');
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      for (const owner of this.#owners) owner.keep(false);
      if (this.#health.obstacle) this.#commits.giveUp();
      if (this.#commits.isPending) await this.#commits.enqueue(nothing, { patienceMs: 1 });
      const ids = Array.from(this.#owners, ({ id }) => id);
      if (ids.length > 0) await this.#commits.enqueue(() => ids.forEach((id) => this.#ledger.removeOwner(id)), atOnce);
    } finally {
      this.#ledger.close();
    }
  }

  async #lendTables<Result>(use: (tables: Tables) => Promise<Result>): Promise<Result> {
    const tables = new TransactionTables(this.#ledger);
    const callback = { isOpen: true };
    try {
      return await this.#callback.run(callback, () => use(tables));
    } finally {
      callback.isOpen = false;
      tables.end();
    }
  }

  /** In the transaction that gives it a run: a refusal leaves no trace of it. */
  #enrol(owner: StoreOwner | undefined): void {
    if (owner) this.#ledger.enrolOwner(owner.id);
  }

  #requireMayCommit(call: string): void {
    this.#requireOpen(call);
    this.#requireOutsideCallback(call);
  }

  #requireOpen(call: string): void {
    if (this.#closing) throw new StoreClosedError(call);
  }

  #requireOutsideCallback(call: string): void {
    if (this.#callback.getStore()?.isOpen) throw new NestedTransactionError(call);
  }
}

/** What a commit consists of that only waits for those before it. */
const nothing = (): undefined => undefined;

/** A count that every adapter can take: whole, not negative, not infinite. */
function limitOf(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit) || 0, 0), Number.MAX_SAFE_INTEGER);
}
