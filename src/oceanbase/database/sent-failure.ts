import { DatabaseError, StatementFailedError } from './database-error.ts';
import type { DatabaseErrorCode } from './database-error.ts';
import type { DatabaseAddress } from './database-address.ts';
import type { SqlStatement } from './sql-statement.ts';

const messageLengthMax = 1_000;
const accessDenied: ReadonlySet<number> = new Set([1044, 1045, 1698]);
const unreachable: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
]);

/** Names why a connection could not be opened. No statement was sent, so `mayHaveRun` is false. */
export function openFailure(address: DatabaseAddress, error: Error, tcpConnected: boolean): DatabaseError {
  const code = openCode(error, tcpConnected);
  const place = placeOf(address);
  return new DatabaseError(code, {
    message: `Cannot connect to database ${place} as ${address.user}: ${cleaned(error.message)}`,
    mayHaveRun: false,
    details: { host: address.host, port: address.port, user: address.user, reason: cleaned(error.message) },
    next: code === 'DB_CONNECTION_LOST' ? 'No statement was sent; retry once the server answers.' : undefined,
  });
}

/** Names why a statement that was sent has no answer, or an answer that is an error. */
export function statementFailure(address: DatabaseAddress, statement: SqlStatement, error: Error): DatabaseError {
  const errno = numberField(error, 'errno');
  const message = cleaned(error.message);
  if (errno !== undefined && Reflect.get(error, 'fatal') !== true) {
    const sqlState = String(Reflect.get(error, 'sqlState') ?? '');
    return new StatementFailedError({ message, errno, sqlState, statement: statement.text });
  }
  return new DatabaseError('DB_CONNECTION_LOST', {
    message: `The connection to database ${placeOf(address)} was lost while a statement was under way: ${message}`,
    mayHaveRun: true,
    details: { host: address.host, port: address.port, statement: statement.text },
  });
}

/** `10.0.0.5:2881`, for messages. */
function placeOf(address: DatabaseAddress): string {
  return `${address.host}:${String(address.port)}`;
}

function openCode(error: Error, tcpConnected: boolean): DatabaseErrorCode {
  const code: unknown = Reflect.get(error, 'code');
  if (code === 'ECONNREFUSED') return 'DB_REFUSED';
  const errno = numberField(error, 'errno');
  if (errno !== undefined && accessDenied.has(errno)) return 'DB_ACCESS_DENIED';
  if (!tcpConnected || (typeof code === 'string' && unreachable.has(code))) return 'DB_UNREACHABLE';
  return code === 'PROTOCOL_CONNECTION_LOST' || code === 'ECONNRESET' ? 'DB_CONNECTION_LOST' : 'DB_HANDSHAKE';
}

/** System errors carry a negative number there; only a server's own numbers are positive. */
function numberField(error: Error, name: string): number | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'number' && value > 0 ? value : undefined;
}

/** A server writes what it likes into its messages; control characters and excess length are taken out. */
function cleaned(message: string): string {
  const printable = message.replaceAll(/\p{Cc}/gu, ' ');
  return printable.length <= messageLengthMax ? printable : `${printable.slice(0, messageLengthMax)}…`;
}
