export { memoryStore } from './memory/memory-store.ts';
export {
  HeaderMismatchError,
  LogBacklogError,
  NestedTransactionError,
  StoreClosedError,
  TransactionEndedError,
} from './misuse.ts';
export { ClaimHeldError, IdempotencyKeyError, UnknownRunError, type HeldClaim } from './refusals.ts';
export { sqliteStore, type SqliteStoreOptions } from './sqlite/sqlite-store.ts';
export {
  SqliteTooOldError,
  StoreBusyError,
  StoreFailedError,
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
  RunFilter,
  RunIds,
  RunSummary,
  Store,
  StoredRun,
} from './store.ts';
