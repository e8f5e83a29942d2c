import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tables } from '../workflow/index.ts';
import { append, createRun, prepare, type LendTables } from './commits.ts';
import { GroupCommit, type Grouping } from './group-commit.ts';
import type { Ledger } from './ledger.ts';
import { NestedTransactionError, StoreClosedError } from './misuse.ts';
import type {
  CreatedRun,
  JournalCommit,
  KeptLogLine,
  LogLine,
  LogQuery,
  NewRun,
  RunFilter,
  RunSummary,
  Store,
  StoredRun,
} from './store.ts';
import { TransactionTables } from './transaction-tables.ts';

const runsListed = 100;
const linesRead = 1_000;

/** A store over an adapter's ledger. All writing goes through one queue; reads see what has been committed. */
export class JournalStore<Body> implements Store {
  readonly #ledger: Ledger<Body>;
  readonly #commits: GroupCommit;
  /** In whose callback the caller is. */
  readonly #callback = new AsyncLocalStorage<{ isOpen: boolean }>();
  readonly #lend: LendTables = (use) => this.#lendTables(use);
  #closing: Promise<void> | undefined;

  constructor(ledger: Ledger<Body>, grouping: Grouping) {
    this.#ledger = ledger;
    this.#commits = new GroupCommit(ledger, grouping);
  }

  async createRun(request: NewRun): Promise<CreatedRun> {
    this.#requireMayCommit('createRun');
    return this.#commits.enqueue(() => createRun(this.#ledger, request, this.#lend));
  }

  async append(commit: JournalCommit): Promise<void> {
    this.#requireMayCommit('append');
    const prepared = prepare(this.#ledger, commit);
    return this.#commits.enqueue(() => append(this.#ledger, prepared, this.#lend));
  }

  async readRun(id: number): Promise<StoredRun | undefined> {
    this.#requireOpen('readRun');
    return this.#ledger.readRun(id);
  }

  async listRuns(filter: RunFilter = {}): Promise<readonly RunSummary[]> {
    this.#requireOpen('listRuns');
    return this.#ledger.listRuns({ ...filter, limit: limitOf(filter.limit ?? runsListed) });
  }

  appendLog(lines: readonly LogLine[]): void {
    this.#requireOpen('appendLog');
    this.#commits.keepLines(lines);
  }

  async readLog({ runId, task, after = 0, limit = linesRead }: LogQuery): Promise<readonly KeptLogLine[]> {
    this.#requireOpen('readLog');
    const canWait = !this.#callback.getStore()?.isOpen && !this.#ledger.failure;
    if (canWait && this.#commits.hasLines) await this.#commits.enqueue(nothing);
    return this.#ledger.readLog({ runId, task, after, limit: limitOf(limit) });
  }

  async transact<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result> {
    this.#requireMayCommit('transact');
    return this.#commits.enqueue(() => this.#lendTables(work));
  }

  async flush(): Promise<void> {
    this.#requireMayCommit('flush');
    if (this.#commits.isPending) await this.#commits.enqueue(nothing);
  }

  async close(): Promise<void> {
    this.#requireOutsideCallback('close');
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      if (this.#commits.isPending) await this.#commits.enqueue(nothing);
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
