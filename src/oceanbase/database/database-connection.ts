import type mysql from 'mysql2';
import type { RawAnswer } from './answer.ts';
import type { DatabaseAddress } from './database-address.ts';
import { GuardedSocket } from './guarded-socket.ts';
import { openFailure, statementFailure } from './sent-failure.ts';
import type { SqlStatement } from './sql-statement.ts';
import { mysql2Package } from '../wire-packages.ts';

const answerBytesMax = 16 * 1_048_576;

/** A logged-in connection, for one statement at a time. */
export interface DatabaseConnection {
  readonly address: DatabaseAddress;
  /** False once anything went wrong with it; it must not be used again then. */
  readonly usable: boolean;
  /** Sends a statement and resolves with its answer; rejects with a `DatabaseError`. Has no deadline of its own. */
  send(statement: SqlStatement): Promise<RawAnswer>;
  /** Ends the connection at once, without a word to the server. Safe twice. */
  destroy(): void;
}

/**
 * Opens a connection and logs in; rejects with a `DatabaseError` after at most `timeoutMs`, or when `signal` aborts.
 * Only mysql_native_password is spoken, because the other methods hand the password to whoever asks for it.
 */
export function openDatabaseConnection(
  address: DatabaseAddress,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<DatabaseConnection> {
  const socket = new GuardedSocket(answerBytesMax);
  let tcpConnected = false;
  socket.once('connect', () => {
    tcpConnected = true;
  });
  const client = mysql2Package().createConnection({ ...clientOptions(address), stream: () => socket });
  return new Promise((resolve, reject) => {
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      if (error === null) {
        resolve(keep(client, { socket, address }));
        return;
      }
      socket.destroy();
      reject(openFailure(address, error, tcpConnected));
    };
    const timer = setTimeout(() => {
      const saw = tcpConnected ? 'it accepted the connection but did not let us in' : 'no answer';
      end(Object.assign(new Error(`${saw} within ${String(Math.round(options.timeoutMs))} ms`), { code: 'ETIMEDOUT' }));
    }, options.timeoutMs);
    const onAbort = (): void => end(new Error('the call was given up'));
    options.signal.addEventListener('abort', onAbort, { once: true });
    // Permanent: an error without a listener would end the process.
    client.on('error', end);
    client.connect(end);
    socket.once('close', () =>
      end(Object.assign(new Error('the server closed the connection'), { code: 'ECONNRESET' })),
    );
    socket.setNoDelay(true).setKeepAlive(true).connect({ host: address.host, port: address.port });
  });
}

function clientOptions(address: DatabaseAddress): mysql.ConnectionOptions {
  return {
    user: address.user,
    password: address.password,
    ...(address.database === undefined ? {} : { database: address.database }),
    // Ours is the deadline of the whole opening; mysql2's own would leave a timer behind.
    connectTimeout: 0,
    multipleStatements: false,
    // Rows as lists of bytes: what a server says about names and types reaches no parser and no object key.
    rowsAsArray: true,
    typeCast: false,
    disableEval: true,
    flags: ['-LOCAL_FILES'],
    authPlugins: {
      caching_sha2_password: refusePlugin,
      sha256_password: refusePlugin,
      mysql_clear_password: refusePlugin,
    },
  };
}

function refusePlugin(): never {
  throw new Error('the server asks for a login method that would give the password away');
}

function keep(
  client: mysql.Connection,
  own: { readonly socket: GuardedSocket; readonly address: DatabaseAddress },
): DatabaseConnection {
  const { socket, address } = own;
  let broken = false;
  let failPending: ((error: Error) => void) | undefined;
  const onBroken = (error: Error): void => {
    broken = true;
    socket.destroy();
    failPending?.(error);
  };
  client.on('error', onBroken);
  socket.once('close', () => onBroken(new Error('the server closed the connection')));
  const send = (statement: SqlStatement): Promise<RawAnswer> => {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const fail = (error: Error): void => {
      const failure = statementFailure(address, statement, error);
      if (failure.code !== 'DB_STATEMENT_FAILED') {
        broken = true;
        socket.destroy();
      }
      reject(failure);
    };
    failPending = fail;
    socket.expectAnswer();
    client.query(statement.text, (error, rows, columns) => {
      failPending = undefined;
      if (error) fail(error);
      else resolve({ rows, columns });
    });
    return promise;
  };
  return {
    address,
    get usable() {
      return !broken && !socket.destroyed && socket.writable && socket.readable;
    },
    send,
    destroy: () => {
      broken = true;
      socket.destroy();
    },
  };
}
