import { createDatabaseConnections } from '../../../src/oceanbase/database/database-connections.ts';
import type { DatabaseConnectionsOptions } from '../../../src/oceanbase/database/database-connections.ts';
import type { DatabaseAddress } from '../../../src/oceanbase/database/database-address.ts';
import type { DatabaseSession } from '../../../src/oceanbase/database/database-session.ts';
import { atEnd } from './cleanups.ts';
import { startMysqlServer } from './mysql-server.ts';
import type { FixtureConnection, MysqlFixture } from './mysql-server.ts';

/** How the test answers a statement. */
export type OnQuery = (statement: string, connection: FixtureConnection) => void;

/** Starts a MySQL server and opens a session on it. Ends with the test. */
export async function setupDatabase(
  onQuery: OnQuery,
  options: Partial<DatabaseConnectionsOptions> = {},
): Promise<{ server: MysqlFixture; session: DatabaseSession }> {
  const server = await startDatabase(onQuery);
  return { server, session: sessionOn([server.address], options) };
}

/** Starts a MySQL server. Ends with the test. */
export async function startDatabase(onQuery: OnQuery): Promise<MysqlFixture> {
  const server = await startMysqlServer(onQuery);
  atEnd(() => server.close());
  return server;
}

/** Opens a session on a cluster with these addresses. Ends with the test. */
export function sessionOn(
  addresses: readonly DatabaseAddress[],
  options: Partial<DatabaseConnectionsOptions> = {},
): DatabaseSession {
  const connections = createDatabaseConnections({ address: async () => addresses, ...options });
  atEnd(() => connections.close());
  return connections.session(21);
}

/** An address on loopback. */
export function place(port: number): DatabaseAddress {
  return { host: '127.0.0.1', port, user: 'root@sys', password: 'canary-unused' };
}

/** Answers a ping. */
export const pong: OnQuery = (_statement, connection) => connection.rows(['1'], [['1']]);
