export { backupStoreFile, type StoreBackup } from './sqlite/backup-store-file.ts';
export { checkStoreFile } from './sqlite/check-store-file.ts';
export { giveBackSpace, type StoreSize } from './sqlite/give-back-space.ts';
export { latestRuns, type LatestRuns } from './sqlite/latest-runs.ts';
export type { StoreCheck, StoreProblem } from './store-problem.ts';
export { memoryStore } from './memory/memory-store.ts';
export {
  HeaderMismatchError,
  LogBacklogError,
  NestedTransactionError,
  StoreClosedError,
  TransactionEndedError,
} from './misuse.ts';
export type { OwnerFacts, OwnerListener, StoreHealth, StoreOwner } from './owner.ts';
export {
  ClaimHeldError,
  IdempotencyKeyError,
  JournalMovedError,
  LeaseLostError,
  RunHeldError,
  UnknownRunError,
  type HeldClaim,
} from './refusals.ts';
export { sqliteStore, type SqliteStoreOptions } from './sqlite/sqlite-store.ts';
export {
  SqliteTooOldError,
  StoreBusyError,
  StoreFailedError,
  StoreFullError,
  StoreUnreadableError,
  StoreVersionError,
} from './store-failures.ts';
export type {
  Admitted,
  CreatedRun,
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
  RunIds,
  RunSummary,
  RunVersion,
  RunVersionFilter,
  Store,
  StoredRun,
  TableRows,
  TakenRun,
  Wish,
} from './store.ts';
