import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

/** One row of an answer. */
export type SqliteRow = ReturnType<StatementSync['all']>[number];

/** A connection to a database file that prepares each statement once. */
export class Connection {
  /** Gives the error to throw when SQLite has failed. @default the error itself */
  nameFailure: (error: Error) => Error = (error) => error;
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @param options `busyMs` is how long a call blocks while another connection holds a lock, in milliseconds. */
  constructor(file: string, options: { readOnly: boolean; busyMs: number }) {
    this.file = file;
    this.#database = new DatabaseSync(file, { readOnly: options.readOnly, timeout: options.busyMs });
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Runs statements that are needed once. */
  exec(sql: string): void {
    this.#named(() => this.#database.exec(sql));
  }

  /** @returns how many rows were changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#named(() => Number(this.#prepared(sql).run(...values).changes));
  }

  get(sql: string, ...values: SQLInputValue[]): SqliteRow | undefined {
    return this.#named(() => this.#prepared(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): readonly SqliteRow[] {
    return this.#named(() => this.#prepared(sql).all(...values));
  }

  /** As `all`, each row as an array of its columns: half the time where rows are many and short. */
  allArrays(sql: string, ...values: SQLInputValue[]): readonly (readonly SQLOutputValue[])[] {
    return this.#named(() => {
      const statement = this.#prepared(sql);
      statement.setReturnArrays(true);
      try {
        return statement.all(...values) as unknown as readonly SQLOutputValue[][];
      } finally {
        statement.setReturnArrays(false);
      }
    });
  }

  /** Makes all that `work` reads be of one instant; within another such work, of that one's. */
  atOneInstant<Result>(work: () => Result): Result {
    if (this.isInTransaction) return work();
    this.run('BEGIN');
    try {
      return work();
    } finally {
      // The work may have closed the connection, which ends the instant too.
      if (this.#database.isOpen) this.run('COMMIT');
    }
  }

  /** Safe twice. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #named<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw error instanceof Error ? this.nameFailure(error) : error;
    }
  }
}
