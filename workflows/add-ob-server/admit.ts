import { RefusedError, type Admission, type AdmissionRequest, type Tables } from 'precede';
import {
  choosePackage,
  clusterServiceName,
  inventoryOf,
  noEffects,
  type ClusterRecord,
  type HostRecord,
  type PackageRecord,
} from 'precede/oceanbase';
import { admissionProblems } from './admission-problems.ts';
import { serversToAdd, type AddObServerInput } from './input.ts';

/**
 * Decides whether the servers may be added, and if so takes the cluster and its zones (OPERATING) and makes the server
 * rows (CREATING), so that their ids stand in the first answer.
 *
 * @throws RefusedError `NOT_ADMITTED` with everything that stands against it
 */
export async function admit({ input, tables, runId, nowMs }: AdmissionRequest<AddObServerInput>): Promise<Admission> {
  const inventory = inventoryOf(tables);
  const problems = await admissionProblems(inventory, input);
  const cluster = await inventory.clusters.get(input.clusterId);
  const found = cluster && (await choosePackage(inventory, cluster, serversToAdd(input)));
  if (!cluster || !found || problems.length > 0) {
    throw new RefusedError('NOT_ADMITTED', `Add OB server to cluster ${input.clusterId}`, problems);
  }
  await takeCluster(tables, { cluster, zoneNames: input.placements.map(({ zoneName }) => zoneName), runId, nowMs });
  const servers: CreatedServer[] = [];
  for (const { zoneName, hostId } of serversToAdd(input)) {
    const host = await inventory.hosts.get(hostId);
    if (host) servers.push(await createServer(tables, { cluster, zoneName, host, runId, nowMs }));
  }
  const { id, name, obClusterId } = cluster;
  return { subject: { id, name, obClusterId }, context: contextOf(cluster, found, servers) };
}

interface CreatedServer {
  readonly id: number;
  readonly hostId: number;
  readonly zoneName: string;
}

async function takeCluster(
  tables: Tables,
  {
    cluster,
    zoneNames,
    runId,
    nowMs,
  }: { cluster: ClusterRecord; zoneNames: readonly string[]; runId: number; nowMs: number },
): Promise<void> {
  const { clusters, zones } = inventoryOf(tables);
  const taken = {
    status: 'OPERATING',
    formerStatus: cluster.status,
    operatingRunId: runId,
    updateTimeMs: nowMs,
  } as const;
  await clusters.put({ ...cluster, ...taken });
  for (const name of zoneNames) {
    const zone = await zones.get({ clusterId: cluster.id, name });
    if (zone) await zones.put({ ...zone, status: 'OPERATING', formerStatus: zone.status });
  }
}

interface NewServer {
  readonly cluster: ClusterRecord;
  readonly zoneName: string;
  readonly host: HostRecord;
  readonly runId: number;
  readonly nowMs: number;
}

async function createServer(
  tables: Tables,
  { cluster, zoneName, host, runId, nowMs }: NewServer,
): Promise<CreatedServer> {
  const id = await tables.nextNumber('server');
  await inventoryOf(tables).servers.put({
    id,
    clusterId: cluster.id,
    zoneName,
    hostId: host.id,
    ip: host.innerIpAddress,
    sqlPort: host.sqlPort,
    rpcPort: host.rpcPort,
    version: cluster.obVersion,
    withRootServer: false,
    status: 'CREATING',
    formerStatus: null,
    innerStatus: null,
    startTime: null,
    stopTime: null,
    availableOperations: [],
    updateTimeMs: nowMs,
    runId,
    effects: noEffects,
  });
  return { id, hostId: host.id, zoneName };
}

/** Keys stand in this order on purpose: the documented text keeps it where two keys share a hash bucket. */
function contextOf(
  cluster: ClusterRecord,
  found: PackageRecord,
  servers: readonly CreatedServer[],
): NonNullable<Admission['context']> {
  const zonesOfHosts = servers.map(({ hostId, zoneName }) => [`host.${hostId}.zone`, zoneName] as const);
  return {
    stringMap: {
      cluster_name: cluster.name,
      cluster_id: String(cluster.id),
      ob_cluster_id: String(cluster.obClusterId),
      service_type: 'OB_CLUSTER',
      service_name: clusterServiceName(cluster),
      service_version: cluster.obVersion,
      rpm_name: found.fileName,
      ...Object.fromEntries(zonesOfHosts),
    },
    listMap: {
      root_server_ips: cluster.rootServers.map(({ ip }) => ip),
      server_ids: servers.map(({ id }) => String(id)),
      host_ids: servers.map(({ hostId }) => String(hostId)),
      zone_names: [...new Set(servers.map(({ zoneName }) => zoneName))],
    },
  };
}
