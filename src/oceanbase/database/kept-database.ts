import { RefusedError } from '../../errors/index.ts';
import { openDeadline, untilAborted } from '../deadline.ts';
import type { Deadline } from '../deadline.ts';
import { createSlots } from '../slots.ts';
import type { Slots } from '../slots.ts';
import type { RawAnswer } from './answer.ts';
import { openDatabaseConnection } from './database-connection.ts';
import type { DatabaseConnection } from './database-connection.ts';
import type { DatabaseAddress } from './database-address.ts';
import { DatabaseError, StatementFailedError, isConnectionError } from './database-error.ts';
import { noneReachable } from './none-reachable.ts';
import type { SqlOptions } from './database-session.ts';
import { SqlStatement } from './sql-statement.ts';

/** What a cluster's connections are kept by. */
export interface KeptDatabaseOptions {
  readonly addresses: () => Promise<readonly DatabaseAddress[]>;
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  readonly idleMs: number;
}

const timeoutMsDefault = 10_000;

/** One cluster: a few connections, each used by one statement at a time and dropped after any trouble. */
export class KeptDatabase {
  readonly #options: KeptDatabaseOptions;
  readonly #slots: Slots;
  readonly #idle: DatabaseConnection[] = [];
  readonly #used = new Set<DatabaseConnection>();
  #preferred = 0;
  #closed = false;
  #usedAtMs = performance.now();

  constructor(options: KeptDatabaseOptions) {
    this.#options = options;
    this.#slots = createSlots(options.connectionsMax);
  }

  /** Sends a statement within its deadline and reads its answer. A connection that had any trouble is destroyed and never used again. */
  async send<T>(statement: SqlStatement, options: SqlOptions, read: (answer: RawAnswer) => T): Promise<T> {
    refuseForeign(statement);
    const deadline = openDeadline({ timeoutMs: options.timeoutMs ?? timeoutMsDefault, signal: options.signal });
    const notSent = (): DatabaseError => gaveUp(statement, deadline, false);
    try {
      const giveBack = await this.#slots.take(deadline.signal, notSent);
      try {
        const connection = this.#takeIdle() ?? (await this.#open(deadline, notSent));
        return await this.#sendOn(connection, { statement, deadline, read });
      } finally {
        giveBack();
      }
    } finally {
      this.#usedAtMs = performance.now();
      deadline.close();
    }
  }

  /** Milliseconds without a statement; 0 while one is under way. */
  idleMs(): number {
    return this.#slots.taken > 0 ? 0 : performance.now() - this.#usedAtMs;
  }

  /** Destroys every connection. */
  close(): void {
    for (const connection of [...this.#idle, ...this.#used]) connection.destroy();
    this.#idle.length = 0;
    this.#closed = true;
  }

  async #sendOn<T>(
    connection: DatabaseConnection,
    call: { statement: SqlStatement; deadline: Deadline; read: (answer: RawAnswer) => T },
  ): Promise<T> {
    const { statement, deadline, read } = call;
    this.#used.add(connection);
    try {
      // After a deadline the server may answer later; nobody may read that as the answer to something else.
      const answer = await untilAborted(connection.send(statement), deadline.signal, () =>
        gaveUp(statement, deadline, true),
      );
      const value = read(answer);
      this.#keep(connection);
      return value;
    } catch (error) {
      if (error instanceof StatementFailedError) this.#keep(connection);
      else this.#drop(connection);
      throw error;
    } finally {
      this.#used.delete(connection);
    }
  }

  #keep(connection: DatabaseConnection): void {
    if (connection.usable && !this.#closed) this.#idle.push(connection);
    else this.#drop(connection);
  }

  /** The next statement begins with another address, should there be one. */
  #drop(connection: DatabaseConnection): void {
    connection.destroy();
    this.#preferred += 1;
  }

  #takeIdle(): DatabaseConnection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (connection.usable) return connection;
      connection.destroy();
    }
    return undefined;
  }

  /** Tries each address once, beginning with the last good one; each gets its share of the time that is left. */
  async #open(deadline: Deadline, notSent: () => DatabaseError): Promise<DatabaseConnection> {
    const addresses = await untilAborted(this.#options.addresses(), deadline.signal, notSent);
    const failures: DatabaseError[] = [];
    for (let tried = 0; tried < addresses.length; tried += 1) {
      const address = addresses[this.#preferred % addresses.length];
      if (address === undefined) break;
      const shareMs = deadline.remainingMs() / (addresses.length - tried);
      const timeoutMs = Math.max(1, Math.min(this.#options.connectTimeoutMs, shareMs));
      try {
        const opened = await openDatabaseConnection(address, { timeoutMs, signal: deadline.signal });
        if (!this.#closed) return opened;
        opened.destroy();
        throw notSent();
      } catch (error) {
        if (deadline.signal.aborted) throw notSent();
        if (!isConnectionError(error) || !(error instanceof DatabaseError)) throw error;
        failures.push(error);
        this.#preferred += 1;
      }
    }
    throw noneReachable(failures);
  }
}

/** The types say so already; a caller without types gets no text of its own to the server. */
function refuseForeign(statement: unknown): void {
  if (statement instanceof SqlStatement) return;
  throw new RefusedError('STATEMENT_REFUSED', 'Database session', [
    { code: 'STATEMENT_REFUSED', message: 'The statement was not built by a dialect.', next: 'Use one of a dialect.' },
  ]);
}

function gaveUp(statement: SqlStatement, deadline: Deadline, mayHaveRun: boolean): DatabaseError {
  const timedOut = deadline.givenUp() === 'TIMEOUT';
  const what = timedOut ? `had no answer within ${String(deadline.timeoutMs)} ms` : 'was given up by its caller';
  const when = mayHaveRun ? '' : ', before it was sent';
  return new DatabaseError(timedOut ? 'DB_TIMEOUT' : 'DB_ABORTED', {
    message: `A statement ${what}${when}.`,
    mayHaveRun,
    next: mayHaveRun ? undefined : 'The statement was not sent; it can be sent again.',
    details: { statement: statement.text },
  });
}
