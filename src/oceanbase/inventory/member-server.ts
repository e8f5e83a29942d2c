import type { Tables } from '../../workflow/index.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { clusterServiceName, type HostRecord, type HostService } from './host-record.ts';
import { inventoryOf } from './inventory.ts';
import { noEffects } from './server-record.ts';

/** What a server that runs already is known by. */
export interface Member {
  readonly cluster: Pick<ClusterRecord, 'id' | 'name' | 'obClusterId' | 'obVersion' | 'rootServers'>;
  readonly zoneName: string;
  readonly host: Pick<HostRecord, 'id' | 'innerIpAddress' | 'sqlPort' | 'rpcPort'>;
  readonly nowMs: number;
}

/** The service by which a host that carries a server of the cluster says so. */
export function memberService({ name, obClusterId, obVersion }: Member['cluster']): HostService {
  return {
    name: clusterServiceName({ name, obClusterId }),
    type: 'OB_CLUSTER',
    version: obVersion,
    softwarePackageId: null,
  };
}

/** Writes the row of a server that runs already and that no run has added. */
export async function putMember(tables: Tables, { cluster, zoneName, host, nowMs }: Member): Promise<void> {
  const { innerIpAddress: ip, sqlPort, rpcPort } = host;
  await inventoryOf(tables).servers.put({
    id: await tables.nextNumber('server'),
    clusterId: cluster.id,
    zoneName,
    hostId: host.id,
    ip,
    sqlPort,
    rpcPort,
    version: cluster.obVersion,
    withRootServer: cluster.rootServers.some((server) => server.ip === ip && server.rpcPort === rpcPort),
    status: 'RUNNING',
    formerStatus: null,
    innerStatus: 'ACTIVE',
    startTime: null,
    stopTime: null,
    availableOperations: [],
    updateTimeMs: nowMs,
    runId: null,
    effects: noEffects,
  });
}
