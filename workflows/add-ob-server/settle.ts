import type { Settlement } from 'precede';
import { inventoryOf, withoutService, type Inventory, type ServerRecord } from 'precede/oceanbase';
import type { AddObServerInput } from './input.ts';

/**
 * Writes what the end of the run means: the cluster and its zones are never left OPERATING. After SUCCESS everything is
 * RUNNING; after a rollback the rows are gone and the hosts free; otherwise a server that did not come up says so.
 */
export async function settle({ input, tables, runId, state, nowMs }: Settlement<AddObServerInput>): Promise<void> {
  const inventory = inventoryOf(tables);
  await releaseCluster(inventory, { input, runId, state, nowMs });
  const servers = (await inventory.servers.list()).filter((server) => server.runId === runId);
  for (const server of servers) {
    if (state === 'ROLLED_BACK') await dropServer(inventory, server, nowMs);
    else await keepServer(inventory, server, { isUp: state === 'SUCCESS', nowMs });
  }
}

type End = Pick<Settlement<AddObServerInput>, 'input' | 'runId' | 'state' | 'nowMs'>;

async function releaseCluster(inventory: Inventory, { input, runId, state, nowMs }: End): Promise<void> {
  const cluster = await inventory.clusters.get(input.clusterId);
  // A cluster that another run operates, or that an import has replaced, is not this run's to change.
  if (cluster?.operatingRunId !== runId) return;
  const status = state === 'SUCCESS' ? 'RUNNING' : (cluster.formerStatus ?? 'RUNNING');
  await inventory.clusters.put({ ...cluster, status, formerStatus: null, operatingRunId: null, updateTimeMs: nowMs });
  for (const { zoneName: name } of input.placements) {
    const zone = await inventory.zones.get({ clusterId: cluster.id, name });
    if (!zone) continue;
    await inventory.zones.put({
      ...zone,
      status: state === 'SUCCESS' ? 'RUNNING' : (zone.formerStatus ?? zone.status),
      formerStatus: null,
    });
  }
}

async function keepServer(
  inventory: Inventory,
  server: ServerRecord,
  { isUp, nowMs }: { isUp: boolean; nowMs: number },
): Promise<void> {
  if (server.status !== 'CREATING') return;
  const status = isUp ? 'RUNNING' : 'UNAVAILABLE';
  await inventory.servers.put({ ...server, status, formerStatus: isUp ? null : 'CREATING', updateTimeMs: nowMs });
}

async function dropServer(inventory: Inventory, server: ServerRecord, nowMs: number): Promise<void> {
  await inventory.servers.delete(server.id);
  const host = await inventory.hosts.get(server.hostId);
  const cluster = await inventory.clusters.get(server.clusterId);
  if (host && cluster) await inventory.hosts.put(withoutService(host, cluster, nowMs));
}
