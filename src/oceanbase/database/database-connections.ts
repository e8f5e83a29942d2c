import { RefusedError } from '../../errors/index.ts';
import { affectedRowsOf, rowsOf } from './answer.ts';
import type { DatabaseAddress } from './database-address.ts';
import type { DatabaseSession } from './database-session.ts';
import { KeptDatabase } from './kept-database.ts';

/** How connections to databases are kept. */
export interface DatabaseConnectionsOptions {
  /** The SQL addresses of a cluster, best first; the next is tried when one cannot be reached. */
  readonly address: (clusterId: number | string) => Promise<readonly DatabaseAddress[]>;
  /** How long opening one connection may take, in milliseconds. Default 3,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Statements at once per cluster; more wait. Default 4. */
  readonly connectionsMax?: number | undefined;
  /** Connections of a cluster without statements for this long are closed, in milliseconds. Default 30,000. */
  readonly idleMs?: number | undefined;
}

/** Kept connections to databases. */
export interface DatabaseConnections {
  /** A session on a cluster; opens nothing yet. Sessions on one cluster share its connections. */
  session(clusterId: number | string): DatabaseSession;
  /** Destroys every connection. Statements under way end as DB_CONNECTION_LOST. Safe twice. */
  close(): Promise<void>;
}

const defaults = Object.freeze({ connectTimeoutMs: 3_000, connectionsMax: 4, idleMs: 30_000 });

/**
 * Makes connections to the databases of clusters: opened with the first statement, kept, closed when idle, and
 * destroyed after any timeout, abort or protocol error. Nothing is connected yet.
 */
export function createDatabaseConnections(options: DatabaseConnectionsOptions): DatabaseConnections {
  const resolved = { ...defaults, ...givenOnly(options) };
  const kept = new Map<number | string, KeptDatabase>();
  let closed = false;
  let sweepTimer: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    for (const [id, database] of kept) {
      if (database.idleMs() < resolved.idleMs) continue;
      kept.delete(id);
      database.close();
    }
    sweepTimer = kept.size === 0 ? undefined : setTimeout(sweep, resolved.idleMs).unref();
  };
  const database = (id: number | string): KeptDatabase => {
    if (closed) throw closedRefused();
    const known = kept.get(id);
    if (known) return known;
    const added = new KeptDatabase({ ...resolved, addresses: () => options.address(id) });
    kept.set(id, added);
    sweepTimer ??= setTimeout(sweep, resolved.idleMs).unref();
    return added;
  };
  return {
    session: (clusterId) => openSession(() => database(clusterId)),
    close: async () => {
      closed = true;
      clearTimeout(sweepTimer);
      for (const known of kept.values()) known.close();
      kept.clear();
    },
  };
}

function openSession(database: () => KeptDatabase): DatabaseSession {
  let closed = false;
  const open = (): KeptDatabase => {
    if (closed) throw closedRefused();
    return database();
  };
  return {
    query: async (statement, options = {}) => open().send(statement, options, rowsOf),
    execute: async (statement, options = {}) =>
      open().send(statement, options, (answer) => ({ affectedRows: affectedRowsOf(answer) })),
    close: async () => {
      closed = true;
    },
  };
}

function givenOnly(options: DatabaseConnectionsOptions): Partial<typeof defaults> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => typeof value === 'number'));
}

function closedRefused(): RefusedError<'DATABASE_SESSION_CLOSED'> {
  return new RefusedError('DATABASE_SESSION_CLOSED', 'Database session', [
    {
      code: 'DATABASE_SESSION_CLOSED',
      message: 'The session or its connections were closed before; no statement is sent.',
      next: 'Open a new session.',
    },
  ]);
}
