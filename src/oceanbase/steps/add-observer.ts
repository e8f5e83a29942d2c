import { PrecedeError } from '../../errors/index.ts';
import type { TaskContext } from '../../workflow/index.ts';
import type { ServerRow } from '../database/server-row.ts';
import { pollUntil } from '../poll.ts';
import { readServer } from './server-view.ts';
import { isLeftAlone, leaveAlone, openSite, recordEffects, type ServerSite } from './site.ts';
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
      if (!row) return 'needed';
      if (isLeftAlone(site, 'membership')) return { unknown: 'the server was in the cluster before the run' };
      return row.zone === server.zoneName && row.status !== 'DELETING'
        ? { done: addedServer(row) }
        : { unknown: `the server is in ${row.zone}, ${row.status}` };
    },
    run: async (context) => {
      const site = await openSite(context, server);
      const before = await readServer(context, site);
      if (before) return addedServer(refuseOtherPlace(before, server));
      await recordEffects(site, { membership: true });
      const statement = site.dialect.addServer({ ...site.address, zone: server.zoneName });
      context.log.info(statement.text);
      await site.database.execute(statement, { signal: context.signal, timeoutMs: statementTimeoutMs });
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

async function deleteServer(context: TaskContext, site: ServerSite): Promise<void> {
  const row = await readServer(context, site);
  if (!row) return;
  if (row.status !== 'DELETING') {
    const statement = site.dialect.deleteServer({ ...site.address, zone: row.zone });
    context.log.info(statement.text);
    await site.database.execute(statement, { signal: context.signal, timeoutMs: statementTimeoutMs });
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
  if (row.zone === server.zoneName && row.status !== 'DELETING') return row;
  throw new PrecedeError('SERVER_ELSEWHERE', {
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
