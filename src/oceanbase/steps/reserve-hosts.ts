import { PrecedeError } from '../../errors/index.ts';
import { choosePackage } from '../inventory/choose-package.ts';
import type { ClusterRecord } from '../inventory/cluster-record.ts';
import { clusterServiceName, withoutService, type HostRecord } from '../inventory/host-record.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { oceanbase } from './services.ts';
import type { ServerToAdd, Step } from './step.ts';

/**
 * Takes all hosts or none: AVAILABLE becomes ONLINE, and the host carries the cluster's service. Undo takes the service
 * away again; a host without services is AVAILABLE.
 */
export function reserveHosts(servers: readonly ServerToAdd[]): Step<{ hostIds: readonly number[] }> {
  const hostIds = servers.map(({ hostId }) => hostId);
  return {
    check: async (context) =>
      context.use(oceanbase).transact(async (inventory) => {
        const taken = await Promise.all(servers.map((server) => isReserved(inventory, server)));
        return taken.every(Boolean) ? { done: { hostIds } } : 'needed';
      }),
    run: async (context) => {
      const { transact, nowMs } = context.use(oceanbase);
      await transact(async (inventory) => {
        for (const server of servers) await reserve(inventory, server, nowMs());
      });
      return { hostIds };
    },
    undo: async (context) => {
      const { transact, nowMs } = context.use(oceanbase);
      await transact(async (inventory) => {
        for (const { clusterId, hostId } of servers) {
          const host = await inventory.hosts.get(hostId);
          const cluster = await inventory.clusters.get(clusterId);
          if (host && cluster) await inventory.hosts.put(withoutService(host, cluster, nowMs()));
        }
      });
    },
    preview: async () =>
      hostIds.map((id) => ({ kind: 'note', text: `host ${id} becomes ONLINE and carries the cluster` })),
    repeatable: true,
    timeoutMs: 1_800_000,
    estimateMs: 500,
  };
}

async function isReserved(inventory: Inventory, { clusterId, hostId }: ServerToAdd): Promise<boolean> {
  const host = await inventory.hosts.get(hostId);
  const cluster = await inventory.clusters.get(clusterId);
  return host !== undefined && cluster !== undefined && carries(host, cluster);
}

async function reserve(inventory: Inventory, server: ServerToAdd, nowMs: number): Promise<void> {
  const host = await inventory.hosts.get(server.hostId);
  const cluster = await inventory.clusters.get(server.clusterId);
  if (!host || !cluster) throw notReserved(server.hostId, 'it is not in the inventory any more');
  if (carries(host, cluster)) return;
  if (host.status !== 'AVAILABLE') throw notReserved(host.id, `it is ${host.status}, not AVAILABLE`);
  const other = host.services.find(({ type }) => type === 'OB_CLUSTER');
  if (other) throw notReserved(host.id, `it carries ${other.name}`);
  const found = await choosePackage(inventory, cluster, [server]);
  const service = {
    name: clusterServiceName(cluster),
    type: 'OB_CLUSTER',
    version: cluster.obVersion,
    softwarePackageId: found?.id ?? null,
  } as const;
  await inventory.hosts.put({ ...host, status: 'ONLINE', services: [...host.services, service], updateTimeMs: nowMs });
}

function carries(host: HostRecord, cluster: ClusterRecord): boolean {
  return host.services.some(({ type, name }) => type === 'OB_CLUSTER' && name === clusterServiceName(cluster));
}

function notReserved(hostId: number, why: string): PrecedeError<'HOST_NOT_RESERVED'> {
  return new PrecedeError('HOST_NOT_RESERVED', {
    message: `Host ${hostId} cannot be taken: ${why}.`,
    next: 'Free the host and retry, or roll back and choose another.',
    details: { hostId, ocpCode: 'CMP07006' },
  });
}
