import { PrecedeError } from '../errors/index.ts';
import type { RunHeader } from '../state/index.ts';
import type { RunIds } from './store.ts';

/** The store has been closed. */
export class StoreClosedError extends PrecedeError<'STORE_CLOSED'> {
  constructor(call: string) {
    super('STORE_CLOSED', {
      message: `The store has been closed; "${call}" came too late.`,
      next: 'Open the store again, and close it after its last user.',
      details: { call },
    });
  }
}

/** A transaction's own callback asks the store for another commit: it would wait for itself for ever. */
export class NestedTransactionError extends PrecedeError<'NESTED_TRANSACTION'> {
  constructor(call: string) {
    super('NESTED_TRANSACTION', {
      message: `"${call}" was called from within a transaction of the same store and would wait for itself.`,
      next: 'Use the tables that the transaction was given, or make the call after it has ended.',
      details: { call },
    });
  }
}

/** Tables are used after their transaction has been committed or undone. Nothing was read or written. */
export class TransactionEndedError extends PrecedeError<'TRANSACTION_ENDED'> {
  constructor(call: string) {
    super('TRANSACTION_ENDED', {
      message: `The transaction has ended; "${call}" on its tables came too late.`,
      next: "Await every call on the tables before the transaction's function returns.",
      details: { call },
    });
  }
}

/** `admit` made a header with other ids or claims than the run was given: a defect of the caller. Nothing was written. */
export class HeaderMismatchError extends PrecedeError<'HEADER_MISMATCH'> {
  constructor(drawn: RunIds & Pick<RunHeader, 'claims'>, { id, firstTaskId, claims }: RunHeader) {
    super('HEADER_MISMATCH', {
      message:
        `The header made for run ${drawn.runId} with tasks from ${drawn.firstTaskId} and claims [${drawn.claims.join(', ')}] ` +
        `names run ${id} with tasks from ${firstTaskId} and claims [${claims.join(', ')}].`,
      next: 'Make the header of the ids that admit was given and of the claims that were asked for.',
      details: { drawn: { ...drawn }, given: { id, firstTaskId, claims } },
    });
  }
}

/** More log lines wait for a commit than the store holds in memory. None of the call's lines was accepted. */
export class LogBacklogError extends PrecedeError<'LOG_BACKLOG'> {
  constructor(waiting: number) {
    super('LOG_BACKLOG', {
      message: `${waiting} log lines wait for a commit; the store holds no more of them.`,
      next: 'Await flush() before more lines are kept.',
      details: { waiting },
    });
  }
}
