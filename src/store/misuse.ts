import { PrecedeError } from '../errors/index.ts';

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

/** `admit` made a header with other ids than those that were drawn for it: a defect of the caller. */
export class HeaderMismatchError extends PrecedeError<'HEADER_MISMATCH'> {
  constructor(drawn: { runId: number; firstTaskId: number }, given: { id: number; firstTaskId: number }) {
    super('HEADER_MISMATCH', {
      message:
        `The header names run ${given.id} with tasks from ${given.firstTaskId}, ` +
        `but run ${drawn.runId} with tasks from ${drawn.firstTaskId} was drawn.`,
      next: 'Make the header with the ids that admit was given.',
      details: { drawn, given: { id: given.id, firstTaskId: given.firstTaskId } },
    });
  }
}
