export { memoryStore } from './memory/memory-store.ts';
export { HeaderMismatchError, NestedTransactionError, StoreClosedError, TransactionEndedError } from './misuse.ts';
export { ClaimHeldError, IdempotencyKeyError, RunUnknownError, type HeldClaim } from './refusals.ts';
export { StoreBusyError } from './store-failures.ts';
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
