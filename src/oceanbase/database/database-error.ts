import { PrecedeError } from '../../errors/index.ts';
import type { JsonObject } from '../../json/index.ts';

/** Everything that can go wrong between us and a database. */
export type DatabaseErrorCode =
  | 'DB_REFUSED'
  | 'DB_UNREACHABLE'
  | 'DB_HANDSHAKE'
  | 'DB_ACCESS_DENIED'
  | 'DB_CONNECTION_LOST'
  | 'DB_TIMEOUT'
  | 'DB_ABORTED'
  | 'DB_STATEMENT_FAILED'
  | 'DB_ANSWER_MALFORMED';

/** What a database error is made of. */
export interface DatabaseErrorParts {
  readonly message: string;
  /** Default: the usual advice for the code. */
  readonly next?: string | undefined;
  readonly mayHaveRun: boolean;
  readonly details?: JsonObject | undefined;
}

/** A statement that did not succeed, or whose outcome is not known. Never holds a password. */
export class DatabaseError extends PrecedeError<DatabaseErrorCode> {
  /** False only when it is certain that the server did not carry out the statement. */
  readonly mayHaveRun: boolean;

  constructor(code: DatabaseErrorCode, parts: DatabaseErrorParts) {
    super(code, {
      message: parts.message,
      next: parts.next ?? advice[code],
      details: { mayHaveRun: parts.mayHaveRun, ...parts.details },
    });
    this.mayHaveRun = parts.mayHaveRun;
  }
}

/** Timeout within OceanBase, interrupted, out of execution time: the server itself does not know what became of it. */
const undecidedErrors: ReadonlySet<number> = new Set([4012, 1317, 3024]);

/**
 * The server answered a statement with an error of its own (`DB_STATEMENT_FAILED`). The statement had no effect,
 * unless the error is that the server gave up waiting: `mayHaveRun` is true then.
 */
export class StatementFailedError extends DatabaseError {
  /** The server's error number, such as 4668. */
  readonly errno: number;
  readonly sqlState: string;

  constructor(parts: { message: string; errno: number; sqlState: string; statement: string }) {
    const { errno, sqlState, statement } = parts;
    super('DB_STATEMENT_FAILED', {
      message: `The database refused a statement with error ${String(errno)}: ${parts.message}`,
      mayHaveRun: undecidedErrors.has(errno),
      details: { errno, sqlState, statement, serverMessage: parts.message },
    });
    this.errno = errno;
    this.sqlState = sqlState;
  }
}

/**
 * Is this a failure of the way to the database (refused, unreachable, lost, no answer in time), as a server shows it
 * while it starts? Whoever waits for a server takes it as "not yet".
 */
export function isConnectionError(thrown: unknown): boolean {
  return thrown instanceof DatabaseError && connectionCodes.has(thrown.code);
}

const connectionCodes: ReadonlySet<DatabaseErrorCode> = new Set<DatabaseErrorCode>([
  'DB_REFUSED',
  'DB_UNREACHABLE',
  'DB_HANDSHAKE',
  'DB_CONNECTION_LOST',
  'DB_TIMEOUT',
]);

const advice: Readonly<Record<DatabaseErrorCode, string>> = {
  DB_REFUSED: 'Check that the observer runs and listens on its SQL port, then retry.',
  DB_UNREACHABLE: 'Check the address and the network path to the database, then retry.',
  DB_HANDSHAKE: 'Check that the port is the SQL port of an observer, and the log of the observer for the reason.',
  DB_ACCESS_DENIED: 'Check user (with its tenant, such as root@sys) and password in the inventory.',
  DB_CONNECTION_LOST: 'Look in the server view for the effect of the statement before it is sent again.',
  DB_TIMEOUT: 'Look in the server view for the effect of the statement before it is sent again.',
  DB_ABORTED: 'Look in the server view for the effect of the statement before it is sent again.',
  DB_STATEMENT_FAILED: "Look the error number up in OceanBase's error list, remove the cause, then retry.",
  DB_ANSWER_MALFORMED: 'Check that the address is an OceanBase server and not something between.',
};
