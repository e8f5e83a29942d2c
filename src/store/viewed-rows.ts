import type { JsonObject } from '../json/index.ts';
import type { Ledger } from './ledger.ts';
import { TransactionEndedError } from './misuse.ts';
import type { TableRows } from './store.ts';

/** The rows as one view sees them. After `end` every call is refused: it would see another instant. */
export class ViewedRows implements TableRows {
  readonly #ledger: Pick<Ledger, 'committedRow' | 'committedRows'>;
  #hasEnded = false;

  constructor(ledger: Pick<Ledger, 'committedRow' | 'committedRows'>) {
    this.#ledger = ledger;
  }

  get(table: string, key: string): JsonObject | undefined {
    if (this.#hasEnded) throw new TransactionEndedError('get');
    return this.#ledger.committedRow(table, key);
  }

  list(table: string): readonly JsonObject[] {
    if (this.#hasEnded) throw new TransactionEndedError('list');
    return this.#ledger.committedRows(table);
  }

  end(): void {
    this.#hasEnded = true;
  }
}
