import type { JsonObject } from '../json/index.ts';
import type { Tables } from '../workflow/index.ts';
import type { Ledger } from './ledger.ts';
import { TransactionEndedError } from './misuse.ts';

/** The tables as one transaction sees them. After `end` every call is refused: it would write into another's commit. */
export class TransactionTables implements Tables {
  readonly #ledger: Ledger;
  #hasEnded = false;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async get(table: string, key: string): Promise<JsonObject | undefined> {
    return this.#open('get').getRow(table, key);
  }

  async put(table: string, key: string, row: JsonObject): Promise<void> {
    this.#open('put').putRow(table, key, row);
  }

  async delete(table: string, key: string): Promise<void> {
    this.#open('delete').deleteRow(table, key);
  }

  async list(table: string): Promise<readonly JsonObject[]> {
    return this.#open('list').listRows(table);
  }

  async nextNumber(sequence: string): Promise<number> {
    return this.#open('nextNumber').draw(`tables:${sequence}`, 1);
  }

  end(): void {
    this.#hasEnded = true;
  }

  #open(call: string): Ledger {
    if (this.#hasEnded) throw new TransactionEndedError(call);
    return this.#ledger;
  }
}
