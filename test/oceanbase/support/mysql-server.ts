import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import mysql from 'mysql2';
import type { DatabaseAddress } from '../../../src/oceanbase/database/database-address.ts';

const columnTypeVarString = 0xfd;
/** LONG_PASSWORD … without SSL, COMPRESS, DEPRECATE_EOF, QUERY_ATTRIBUTES: mysql2's server cannot do those. */
const capabilityFlags = (0xffffffff & ~((1 << 5) | (1 << 11) | (1 << 24) | (1 << 25) | (1 << 26) | (1 << 27))) >>> 0;
const password = 'canary-password-4711';

/** One client connection of the fixture. */
export interface FixtureConnection {
  readonly socket: Socket;
  rows(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): void;
  ok(): void;
  error(code: number, message: string): void;
}

export interface MysqlFixture {
  readonly address: DatabaseAddress;
  readonly statements: string[];
  readonly sockets: Set<Socket>;
  readonly connectionsSeen: () => number;
  close(): Promise<void>;
}

/** A real MySQL server on loopback with password login; the test answers each statement, or does not. */
export async function startMysqlServer(
  onQuery: (statement: string, connection: FixtureConnection) => void,
): Promise<MysqlFixture> {
  const statements: string[] = [];
  const sockets = new Set<Socket>();
  let connectionsSeen = 0;
  const server = mysql.createServer(() => {}) as unknown as NodeJS.EventEmitter & { _server: NetServer };
  server.on('connection', (client: ServerSide) => {
    connectionsSeen += 1;
    const socket = client.stream;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    client.on('error', () => {});
    client.serverHandshake({
      protocolVersion: 10,
      serverVersion: '5.7.25 OceanBase stand-in of the tests',
      connectionId: connectionsSeen,
      statusFlags: 2,
      characterSet: 45,
      capabilityFlags,
      authCallback: (login: Login, done: (none: null, error?: { message: string; code: number }) => void) => {
        if (!isAllowed(login)) {
          done(null, { message: `Access denied for user '${login.user}'`, code: 1045 });
          return;
        }
        done(null);
        client.sequenceId = 0;
      },
    });
    client.on('query', (statement: string) => {
      statements.push(statement);
      onQuery(statement, answering(client));
    });
  });
  server._server.listen(0, '127.0.0.1');
  await once(server._server, 'listening');
  const { port } = server._server.address() as AddressInfo;
  return {
    address: { host: '127.0.0.1', port, user: 'root@sys', password },
    statements,
    sockets,
    connectionsSeen: () => connectionsSeen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server._server.close(resolve));
    },
  };
}

interface Login {
  readonly user: string;
  readonly authPluginData1: Buffer;
  readonly authPluginData2: Buffer;
  readonly authToken: Buffer;
}

interface ServerSide extends NodeJS.EventEmitter {
  readonly stream: Socket;
  sequenceId: number;
  serverHandshake(options: object): void;
  writeTextResult(rows: readonly object[], columns: readonly object[]): void;
  writeOk(): void;
  writeError(error: { code: number; message: string }): void;
}

function answering(client: ServerSide): FixtureConnection {
  const answer = (write: () => void): void => {
    client.sequenceId = 1;
    write();
    client.sequenceId = 0;
  };
  return {
    socket: client.stream,
    rows: (columns, rows) => {
      const definitions = columns.map((name) => ({
        catalog: 'def',
        schema: 'oceanbase',
        table: 't',
        orgTable: 't',
        name,
        orgName: name,
        characterSet: 45,
        columnLength: 512,
        columnType: columnTypeVarString,
        type: columnTypeVarString,
        flags: 0,
        decimals: 0,
      }));
      answer(() =>
        client.writeTextResult(
          rows.map((row) => rowObject(columns, row)),
          definitions,
        ),
      );
    },
    ok: () => answer(() => client.writeOk()),
    error: (code, message) => answer(() => client.writeError({ code, message })),
  };
}

/** mysql2 reads the cells by column name, also by one such as `__proto__`. */
function rowObject(columns: readonly string[], row: readonly (string | null)[]): object {
  const cells = Object.create(null) as Record<string, string | null>;
  for (const [index, column] of columns.entries()) cells[column] = row[index] ?? null;
  return cells;
}

function isAllowed(login: Login): boolean {
  if (login.user !== 'root@sys') return false;
  const salt = Buffer.concat([login.authPluginData1, login.authPluginData2]).subarray(0, 20);
  const stage1 = sha1(Buffer.from(password));
  const mask = sha1(Buffer.concat([salt, sha1(stage1)]));
  return Buffer.from(stage1.map((byte, index) => byte ^ (mask[index] ?? 0))).equals(login.authToken);
}

function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest();
}
