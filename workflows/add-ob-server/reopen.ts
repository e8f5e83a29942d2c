import { RefusedError, type Problem, type Reopening } from 'precede';
import { inventoryOf, type ClusterRecord } from 'precede/oceanbase';
import type { AddObServerInput } from './input.ts';

/**
 * Takes the cluster and its zones again for an ended run that goes on: OPERATING, and the servers that did not come up
 * CREATING.
 *
 * @throws RefusedError `NOT_REOPENED` when the cluster is not free for it, or is not the one the run began with
 */
export async function reopen({ input, tables, runId, operation, nowMs }: Reopening<AddObServerInput>): Promise<void> {
  const inventory = inventoryOf(tables);
  const cluster = await inventory.clusters.get(input.clusterId);
  const servers = (await inventory.servers.list()).filter((server) => server.runId === runId);
  const problem = problemWith(cluster, { runId, operation, clusterId: input.clusterId, serverCount: servers.length });
  if (!cluster || problem) {
    throw new RefusedError('NOT_REOPENED', `${operation} of run ${runId}`, problem ? [problem] : []);
  }
  if (cluster.status !== 'OPERATING') {
    const taken = {
      status: 'OPERATING',
      formerStatus: cluster.status,
      operatingRunId: runId,
      updateTimeMs: nowMs,
    } as const;
    await inventory.clusters.put({ ...cluster, ...taken });
  }
  for (const { zoneName: name } of input.placements) {
    const zone = await inventory.zones.get({ clusterId: cluster.id, name });
    if (!zone || zone.status === 'OPERATING') continue;
    await inventory.zones.put({ ...zone, status: 'OPERATING', formerStatus: zone.status });
  }
  for (const server of servers) {
    if (server.status !== 'UNAVAILABLE') continue;
    await inventory.servers.put({ ...server, status: 'CREATING', formerStatus: null, updateTimeMs: nowMs });
  }
}

interface Circumstances extends Pick<Reopening<AddObServerInput>, 'runId' | 'operation'> {
  readonly clusterId: number;
  readonly serverCount: number;
}

function problemWith(cluster: ClusterRecord | undefined, at: Circumstances): Problem | undefined {
  if (!cluster || at.serverCount === 0) {
    return {
      code: cluster ? 'SERVERS_UNKNOWN' : 'CLUSTER_UNKNOWN',
      message: `The inventory no longer knows what run ${at.runId} was adding to cluster ${at.clusterId}.`,
      next: 'Start a new run.',
      details: { ocpCode: 'OBE11001' },
    };
  }
  if (cluster.status === 'OPERATING' && cluster.operatingRunId !== at.runId) {
    const holder = cluster.operatingRunId === null ? 'another operation' : `run ${cluster.operatingRunId}`;
    return {
      code: 'CLUSTER_OPERATING',
      message: `Cluster ${cluster.id} is OPERATING for ${holder}.`,
      next: `Wait for the end of ${holder}.`,
      details: { ocpCode: 'OBE11020' },
    };
  }
  // A rollback takes things away, which a cluster that is not RUNNING may need most.
  if (at.operation === 'ROLLBACK' || cluster.status === 'RUNNING' || cluster.status === 'OPERATING') return undefined;
  return {
    code: 'CLUSTER_NOT_RUNNING',
    message: `Cluster ${cluster.id} is ${cluster.status}, not RUNNING.`,
    next: 'Bring the cluster to RUNNING first.',
    details: { ocpCode: 'OBE11007' },
  };
}
