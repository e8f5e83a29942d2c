import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, CheckUnknown, TaskContext } from '../../workflow/index.ts';
import { StatementFailedError } from '../database/database-error.ts';
import type { ServerRow } from '../database/server-row.ts';
import type { SqlStatement } from '../database/sql-statement.ts';
import { pollUntil } from '../poll.ts';
import { readRows, readServer } from './server-view.ts';
import { isAdmitted, isLeftAlone, leaveAlone, openSite, recordEffects, type ServerSite } from './site.ts';
import type { ServerToAdd, Step } from './step.ts';

const statementTimeoutMs = 30_000;
/** Moving data away may take days. */
const deleteTimeoutMs = 604_800_000;

/** A server as the cluster took it in. */
export interface AddedServer {
  readonly serverId: number;
  readonly status: string;
}

/**
 * Adds the server to the cluster. ADD SERVER is not repeatable, so the server view is asked before and after: a server
 * that is there in the right zone is done. Undo deletes the server if this run has added it, and waits until it is gone.
 */
export function addObserver(server: ServerToAdd): Step<AddedServer> {
  return {
    check: async (context) => {
      const site = await openSite(context, server);
      const row = await readServer(context, site);
      if (!row) return (await privilegeMissing(context, site)) ?? 'needed';
      if (isLeftAlone(site, 'membership')) return { unknown: 'the server was in the cluster before the run' };
      if (isInPlace(row, server)) return { done: addedServer(row) };
      return { unknown: `the server is in ${row.zone}, ${row.status}`, problems: [elsewhere(row, server)] };
    },
    run: async (context) => {
      const site = await openSite(context, server);
      const before = await readServer(context, site);
      if (before) return addedServer(refuseOtherPlace(before, server));
      await recordEffects(site, { membership: true });
      await sendAddServer(context, site, server);
      const after = await readServer(context, site);
      if (!after) throw notAdded(site);
      return addedServer(refuseOtherPlace(after, server));
    },
    undo: async (context) => {
      const site = await openSite(context, server);
      if (!site.server?.effects.membership) return leaveAlone(site, 'membership');
      await deleteServer(context, site);
      await recordEffects(site, { membership: false });
    },
    preview: async (context) => {
      const { dialect, address, cluster } = await openSite(context, server);
      const statement = dialect.addServer({ ...address, zone: server.zoneName });
      return [{ kind: 'sql', host: cluster.name, text: statement.text }];
    },
    repeatable: true,
    timeoutMs: 300_000,
    estimateMs: 3_000,
  };
}

/**
 * Whoever follows a process that died does not find the server and sends again, while the statement of the dead process
 * may still be on its way. The one that comes second is refused; then the server is there, and it is ours if this run
 * had sent the statement before. Else somebody else has added it, and undo must not delete it.
 */
async function sendAddServer(context: TaskContext, site: ServerSite, server: ServerToAdd): Promise<void> {
  const wasSentBefore = site.server?.effects.membership ?? false;
  try {
    await execute(context, site, site.dialect.addServer({ ...site.address, zone: server.zoneName }));
  } catch (error) {
    if (!(error instanceof StatementFailedError) || error.mayHaveRun) throw error;
    if (!wasSentBefore) await recordEffects(site, { membership: false });
    const isAddedBefore = wasSentBefore && (await readServer(context, site)) !== undefined;
    if (!isAddedBefore) throw error;
    context.log.warn(`It has been added by an earlier sending. ${error.message}`);
  }
}

/** Sends a statement that changes the cluster, unless the run is another process's by now. */
async function execute(context: TaskContext, site: ServerSite, statement: SqlStatement): Promise<void> {
  context.log.info(statement.text);
  await context.throwIfFenced();
  await site.database.execute(statement, { signal: context.signal, timeoutMs: statementTimeoutMs });
}

async function deleteServer(context: TaskContext, site: ServerSite): Promise<void> {
  const row = await readServer(context, site);
  if (!row) return;
  if (row.status !== 'DELETING') {
    try {
      await execute(context, site, site.dialect.deleteServer({ ...site.address, zone: row.zone }));
    } catch (error) {
      // That of a process which has died may have come first.
      const now = error instanceof StatementFailedError ? await readServer(context, site) : row;
      if (now && now.status !== 'DELETING') throw error;
    }
  }
  await pollUntil<true>({
    what: `server ${site.address.ip}:${site.address.rpcPort} to leave the cluster`,
    timeoutMs: deleteTimeoutMs,
    intervalMs: site.services.pollIntervalMs,
    signal: context.signal,
    probe: async () => {
      const left = await readServer(context, site);
      return left ? { waiting: `it is ${left.status}` } : { done: true };
    },
  });
}

function refuseOtherPlace(row: ServerRow, server: ServerToAdd): ServerRow {
  if (isInPlace(row, server)) return row;
  throw elsewhere(row, server);
}

/** For dry runs: a run is told by the statement itself. A database that does not tell is not suspected. */
async function privilegeMissing(context: CheckContext, site: ServerSite): Promise<CheckUnknown | undefined> {
  if (isAdmitted(context)) return undefined;
  const { cluster, dialect } = site;
  const rows = await readRows(context, site, dialect.grants()).catch(() => []);
  const grants = rows.map((row) => Object.values(row).join(' '));
  if (grants.length === 0 || grants.some((grant) => changesCluster.test(grant))) return undefined;
  const message = `The user of cluster ${cluster.id} may not change it: ${grants.join('; ')}.`;
  const next = 'Grant it ALTER SYSTEM ON *.*, or name another user in the inventory.';
  return { unknown: message, problems: [{ code: 'DB_PRIVILEGE_MISSING', message, next }] };
}

const changesCluster = /^GRANT\b.*\b(?:ALL PRIVILEGES|ALTER SYSTEM)\b.*\bON \*\.\*/i;

/** Whether the cluster has the server where it is to be. */
export function isInPlace({ zone, status }: ServerRow, { zoneName }: Pick<ServerToAdd, 'zoneName'>): boolean {
  return zone === zoneName && status !== 'DELETING';
}

function elsewhere(row: ServerRow, server: ServerToAdd): PrecedeError<'SERVER_ELSEWHERE'> {
  return new PrecedeError('SERVER_ELSEWHERE', {
    message: `Server ${row.ip}:${row.rpcPort} is in the cluster already, in ${row.zone} and ${row.status}.`,
    next: `Delete it from ${row.zone} and wait until it is gone, then retry.`,
    details: { hostId: server.hostId, zone: row.zone, status: row.status, ocpCode: 'OBE11021' },
  });
}

function addedServer({ id, status }: ServerRow): AddedServer {
  return { serverId: id, status };
}

function notAdded({ address, host }: ServerSite): PrecedeError<'SERVER_NOT_ADDED'> {
  return new PrecedeError('SERVER_NOT_ADDED', {
    message: `The cluster took ADD SERVER ${address.ip}:${address.rpcPort} and does not show the server.`,
    next: 'Look into rootservice.log of the cluster, then retry.',
    details: { hostId: host.id },
  });
}
