import type { EventEmitter } from 'node:events';
import { createServer, type Socket } from 'node:net';
import mysql from 'mysql2';
import { listen, type SocketAddress } from '../line-socket.ts';
import { checksNativePassword } from './native-password.ts';
import { AnswerLost, sqlErrors, SqlRefusal } from './sql-refusal.ts';
import type { ColumnType, SqlTable } from './sql-table.ts';

/** What a statement is answered with: rows, or nothing but its success. */
export type SqlAnswer = SqlTable | 'done';

/** What the SQL port of an observer needs to know. */
export interface SqlServerOptions extends SocketAddress {
  readonly passwordHash: string;
  readonly clusterName: string;
  readonly serverVersion: string;
  /** Answers one statement; a rejected `SqlRefusal` carries its number to the client. */
  onQuery(sql: string): Promise<SqlAnswer>;
}

/** A listening SQL port. */
export interface SqlServer {
  close(): void;
}

/** The server side of a mysql2 connection, as far as its types leave it out. */
interface ServedConnection extends EventEmitter {
  sequenceId: number;
  stream: Socket;
  serverHandshake(options: object): unknown;
  writeOk(): void;
  writeError(error: { code: number; message: string }): void;
  writeTextResult(rows: readonly object[], columns: readonly object[]): void;
}

interface HandshakeReply {
  readonly user: string;
  readonly authPluginData1: Uint8Array;
  readonly authPluginData2: Uint8Array;
  readonly authToken: Uint8Array;
}

// LONG_PASSWORD, FOUND_ROWS, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, RESERVED, SECURE_CONNECTION,
// PLUGIN_AUTH. Not: SSL, COMPRESS, DEPRECATE_EOF, QUERY_ATTRIBUTES; mysql2's server side cannot speak them.
const capabilityFlags = 0x1 | 0x2 | 0x4 | 0x8 | 0x200 | 0x2000 | 0x4000 | 0x8000 | 0x80000;
const utf8mb4 = 45;
const columnTypes: Readonly<Record<ColumnType, number>> = { text: 253, integer: 8, timestamp: 7 };

/** Opens the SQL port. Rejects with the system's error when it is taken. */
export async function startSqlServer(options: SqlServerOptions): Promise<SqlServer> {
  const factory = mysql as unknown as { createServer(): EventEmitter & { _handleConnection(socket: Socket): void } };
  const protocol = factory.createServer();
  let connectionId = 0;
  protocol.on('connection', (connection: ServedConnection) => {
    connectionId += 1;
    serve(connection, connectionId, options);
  });
  const sockets = new Set<Socket>();
  // mysql2's own listener cannot be bound to one address together with `exclusive`, nor be cut off.
  const listener = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    protocol._handleConnection(socket);
  });
  await listen(listener, options);
  return {
    close() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function serve(connection: ServedConnection, connectionId: number, options: SqlServerOptions): void {
  // A client that goes away in the middle of an answer must not end the observer.
  connection.on('error', () => undefined);
  connection.on('query', (sql: string) => {
    void answerQuery(connection, sql, options);
  });
  connection.on('stmt_prepare', (sql: string) => {
    // mysql2 hands over SET here as well; only a real prepare is unknown to the stand-in.
    if (/^\s*set\b/i.test(sql))
      reply(connection, () => {
        connection.writeOk();
      });
    else
      refuse(
        connection,
        sqlErrors.notInPrepared,
        'This command is not supported in the prepared statement protocol yet',
      );
  });
  connection.on('stmt_execute', () => {
    refuse(connection, sqlErrors.notInPrepared, 'This command is not supported in the prepared statement protocol yet');
  });
  connection.serverHandshake({
    protocolVersion: 10,
    serverVersion: options.serverVersion,
    connectionId,
    statusFlags: 2,
    characterSet: utf8mb4,
    capabilityFlags,
    authCallback: (
      client: HandshakeReply,
      done: (error: null, refusal?: { message: string; code: number }) => void,
    ) => {
      if (mayLogIn(client, options)) done(null);
      else
        done(null, {
          code: sqlErrors.accessDenied,
          message: `Access denied for user '${client.user}'@'xxx.xxx.xxx.xxx' (using password: YES)`,
        });
    },
  });
}

function mayLogIn(client: HandshakeReply, { passwordHash, clusterName }: SqlServerOptions): boolean {
  const known = ['root', 'root@sys', `root@sys#${clusterName}`].includes(client.user);
  const salt = Buffer.concat([client.authPluginData1, client.authPluginData2]);
  return known && checksNativePassword(client.authToken, salt, passwordHash);
}

async function answerQuery(connection: ServedConnection, sql: string, options: SqlServerOptions): Promise<void> {
  try {
    const answer = await options.onQuery(sql);
    reply(connection, () => {
      if (answer === 'done') connection.writeOk();
      else writeTable(connection, answer);
    });
  } catch (error) {
    if (error instanceof AnswerLost) {
      connection.stream.destroy();
      return;
    }
    const errno = error instanceof SqlRefusal ? error.errno : sqlErrors.timeout;
    refuse(connection, errno, error instanceof Error ? error.message : String(error));
  }
}

function writeTable(connection: ServedConnection, table: SqlTable): void {
  const columns = table.columns.map(({ name, type }) => ({
    ...{ catalog: 'def', schema: 'oceanbase', table: '', orgTable: '', name, orgName: name },
    ...{ characterSet: utf8mb4, columnLength: 1024, columnType: columnTypes[type], flags: 0 },
    decimals: type === 'timestamp' ? 6 : 0,
  }));
  const rows = table.rows.map((values) =>
    Object.fromEntries(table.columns.map(({ name }, index) => [name, values[index] ?? null])),
  );
  connection.writeTextResult(rows, columns);
}

function refuse(connection: ServedConnection, code: number, message: string): void {
  reply(connection, () => {
    connection.writeError({ code, message });
  });
}

/** mysql2's server side does not count packets as a server must: an answer starts at 1, the next command at 0. */
function reply(connection: ServedConnection, write: () => void): void {
  if (!connection.stream.writable) return;
  connection.sequenceId = 1;
  write();
  connection.sequenceId = 0;
}
