import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext } from '../../workflow/index.ts';
import type { DatabaseSession } from '../database/database-session.ts';
import type { Dialect, ServerAddress } from '../database/dialect.ts';
import type { HostSession } from '../host/host-session.ts';
import type { ClusterRecord } from '../inventory/cluster-record.ts';
import type { HostRecord } from '../inventory/host-record.ts';
import { serverOnHost } from '../inventory/inventory.ts';
import type { ServerEffects, ServerRecord } from '../inventory/server-record.ts';
import { observerPaths, type ObserverPaths } from './observer-paths.ts';
import { oceanbase, type ObServices } from './services.ts';
import type { ServerToAdd } from './step.ts';

/** A cluster, and how its database is spoken to. */
export interface ClusterSite {
  readonly services: ObServices;
  readonly cluster: ClusterRecord;
  readonly database: DatabaseSession;
  readonly dialect: Dialect;
}

/** A host and the cluster whose server stands, or is to stand, on it. */
export interface ServerSite extends ClusterSite {
  readonly host: HostRecord;
  readonly shell: HostSession;
  readonly paths: ObserverPaths;
  /** The server's row; undefined before a run was admitted (dry run) and after it was rolled back. */
  readonly server: ServerRecord | undefined;
  /** Where the cluster sees the server. */
  readonly address: ServerAddress;
}

/** Looks the cluster up. Throws `INVENTORY_INCOMPLETE` when it is not there. */
export async function openCluster(
  context: CheckContext,
  { clusterId }: Pick<ServerToAdd, 'clusterId'>,
): Promise<ClusterSite> {
  const services = context.use(oceanbase);
  const cluster = await services.transact((inventory) => inventory.clusters.get(clusterId));
  if (!cluster) throw incomplete(`cluster ${clusterId}`);
  return {
    services,
    cluster,
    database: services.databases.session(clusterId),
    dialect: services.dialectOf(cluster.obVersion),
  };
}

/** Looks the cluster, the host and the server's row up. Throws `INVENTORY_INCOMPLETE` when host or cluster is missing. */
export async function openSite(
  context: CheckContext,
  { clusterId, hostId }: Pick<ServerToAdd, 'clusterId' | 'hostId'>,
): Promise<ServerSite> {
  const site = await openCluster(context, { clusterId });
  const { host, server } = await site.services.transact(async (inventory) => ({
    host: await inventory.hosts.get(hostId),
    server: await serverOnHost(inventory, { clusterId, hostId }),
  }));
  if (!host) throw incomplete(`host ${hostId}`);
  return {
    ...site,
    host,
    server,
    shell: site.services.hosts.session(hostId),
    paths: observerPaths(host, site.cluster, site.dialect.server.directories),
    address: { ip: host.innerIpAddress, rpcPort: host.rpcPort },
  };
}

/**
 * Records what a step is about to change, or that it has taken it back. Does nothing when the server has no row.
 * Written before the change itself, so that undo knows of it after any failure.
 */
export async function recordEffects(
  { services, cluster, host }: ServerSite,
  effects: Partial<ServerEffects>,
): Promise<void> {
  await services.transact(async (inventory) => {
    const row = await serverOnHost(inventory, { clusterId: cluster.id, hostId: host.id });
    if (row) await inventory.servers.put({ ...row, effects: { ...row.effects, ...effects } });
  });
}

/**
 * Records that a step left alone what was there before the run. Its `check` then no longer says "done": undo did
 * nothing, and that is right.
 */
export async function leaveAlone(site: ServerSite, what: string): Promise<void> {
  const left = site.server?.effects.left ?? [];
  if (!left.includes(what)) await recordEffects(site, { left: [...left, what] });
}

/** Whether `leaveAlone` was told so. */
export function isLeftAlone({ server }: ServerSite, what: string): boolean {
  return server?.effects.left.includes(what) ?? false;
}

/** Whether a run has been admitted; in a dry run none has, and what rows and views say is from before it. */
export function isAdmitted({ context }: CheckContext): boolean {
  return context.listMap['server_ids'] !== undefined;
}

/** Something that a step needs is not in the inventory. */
export function incomplete(what: string): PrecedeError<'INVENTORY_INCOMPLETE'> {
  return new PrecedeError('INVENTORY_INCOMPLETE', {
    message: `The inventory has no ${what}.`,
    next: 'Add it to the inventory, then retry.',
    details: { what },
  });
}
