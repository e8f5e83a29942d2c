import type { CheckContext } from '../../workflow/index.ts';
import type { ServerRow } from '../database/server-row.ts';
import type { ClusterSite, ServerSite } from './site.ts';

/** How long one look at a view may take, in milliseconds. */
const viewTimeoutMs = 10_000;

/** All servers as the cluster sees them. */
export async function readServers(
  { signal }: CheckContext,
  { database, dialect }: ClusterSite,
): Promise<readonly ServerRow[]> {
  const rows = await database.query(dialect.servers(), { signal, timeoutMs: viewTimeoutMs });
  return rows.map((row) => dialect.serverRow(row));
}

/** The server as the cluster sees it, if it does. */
export async function readServer(
  { signal }: CheckContext,
  { database, dialect, address }: Pick<ServerSite, 'database' | 'dialect' | 'address'>,
): Promise<ServerRow | undefined> {
  const [row] = await database.query(dialect.serverByAddress(address), { signal, timeoutMs: viewTimeoutMs });
  return row && dialect.serverRow(row);
}
