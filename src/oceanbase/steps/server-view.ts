import type { CheckContext } from '../../workflow/index.ts';
import { DatabaseError } from '../database/database-error.ts';
import type { ServerRow } from '../database/server-row.ts';
import type { SqlRow } from '../database/sql-row.ts';
import type { SqlStatement } from '../database/sql-statement.ts';
import type { ClusterSite, ServerSite } from './site.ts';

/** How long one look at a view may take, in milliseconds. */
const viewTimeoutMs = 10_000;

/** The rows of a view. A look has no effect, so its failures never say that it may have run. */
export async function readRows(
  { signal }: CheckContext,
  { database }: Pick<ClusterSite, 'database'>,
  statement: SqlStatement,
): Promise<readonly SqlRow[]> {
  try {
    return await database.query(statement, { signal, timeoutMs: viewTimeoutMs });
  } catch (error) {
    throw error instanceof DatabaseError && error.mayHaveRun ? withoutEffect(error) : error;
  }
}

/** All servers as the cluster sees them. */
export async function readServers(context: CheckContext, site: ClusterSite): Promise<readonly ServerRow[]> {
  const rows = await readRows(context, site, site.dialect.servers());
  return rows.map((row) => site.dialect.serverRow(row));
}

/** The server as the cluster sees it, if it does. */
export async function readServer(
  context: CheckContext,
  site: Pick<ServerSite, 'database' | 'dialect' | 'address'>,
): Promise<ServerRow | undefined> {
  const [row] = await readRows(context, site, site.dialect.serverByAddress(site.address));
  return row && site.dialect.serverRow(row);
}

function withoutEffect({ code, message, next, details }: DatabaseError): DatabaseError {
  return new DatabaseError(code, { message, next, mayHaveRun: false, details: { ...details, mayHaveRun: false } });
}
