import type { DatabaseAddress } from './database-address.ts';
import type { DatabaseSession } from './database-session.ts';

/** How connections to databases are kept. */
export interface DatabaseConnectionsOptions {
  /** The SQL addresses of a cluster, best first; the next is tried when one cannot be reached. */
  readonly address: (clusterId: number | string) => Promise<readonly DatabaseAddress[]>;
  /** How long opening one connection may take, in milliseconds. Default 3,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Statements at once per cluster; more wait. Default 4. */
  readonly connectionsMax?: number | undefined;
  /** A connection without statements for this long is closed, in milliseconds. Default 30,000. */
  readonly idleMs?: number | undefined;
}

/** Kept connections to databases. */
export interface DatabaseConnections {
  /** A session on a cluster; opens nothing yet. */
  session(clusterId: number | string): DatabaseSession;
  /** Destroys every connection. Statements under way end as DB_CONNECTION_LOST. Safe twice. */
  close(): Promise<void>;
}
