import { resolve } from 'node:path';
import { JournalStore } from '../journal-store.ts';
import type { Store } from '../store.ts';
import { SqliteLedger } from './sqlite-ledger.ts';
import { requireStoreFile } from './store-file.ts';

/** How a store file is opened. */
export interface SqliteStoreOptions {
  /** Refuse when there is no such file instead of making one. @default false */
  readonly mustExist?: boolean;
  /** How long a commit waits for another process to end its own, in milliseconds. @default 10_000 */
  readonly busyMs?: number;
  /**
   * After how long without a sign of life a process that has open runs is taken for dead, in milliseconds. A process
   * that is seen to have ended on this machine is dead at once. @default 5_000
   */
  readonly leaseMs?: number;
}

const grouping = Object.freeze({
  membersMax: 1_024,
  // A server answers others meanwhile; several times as long as a sync takes, so that little is lost by it.
  workMsMax: 10,
  schedule: setImmediate,
  logDelayMs: 50,
  linesHeldMax: 1_000_000,
});

const defaults = Object.freeze({ mustExist: false, busyMs: 10_000, leaseMs: 5_000 });
const wishPollMs = 100;

/**
 * A store in one SQLite file, which several processes may use at once: readers see the last commit and are never
 * refused; writers take turns, and wait without blocking their process, at most `busyMs`, then fail with
 * `StoreBusyError`. Every commit is synced to disk before its promise settles; commits that arrive together share one
 * sync. A new file gets mode 0600, a new directory 0700. Blocks while it opens the file.
 *
 * @throws StoreUnreadableError when the file cannot be used, StoreVersionError when a newer version wrote it, with
 * nothing written; SqliteTooOldError when this Node.js brings a SQLite that can corrupt the file
 */
export function sqliteStore(file: string, options: SqliteStoreOptions = {}): Store {
  const { mustExist, busyMs, leaseMs } = { ...defaults, ...options };
  const path = resolve(file);
  requireStoreFile(path, { mustExist });
  const ledger = new SqliteLedger(path, { busyMs, leaseMs });
  return new JournalStore(ledger, { grouping: { ...grouping, busyMs }, pace: { leaseMs, wishPollMs } });
}
