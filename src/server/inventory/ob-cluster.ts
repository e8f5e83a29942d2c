import { Type, type Static } from 'typebox';
import type { ClusterRecord, ClusterStatus } from '../../oceanbase/index.ts';
import type { InventoryIndex } from './inventory-index.ts';
import { integerOrNull, orNull, textOrNull } from './or-null.ts';
import { rootServerSchema, toRootServer } from './root-server.ts';
import { rowTime } from './times.ts';
import { toZone, zoneSchema } from './zone.ts';

/** The documented words for the state of a cluster. */
export const clusterStatuses = [
  'RUNNING',
  'CREATING',
  'DELETING',
  'STARTING',
  'RESTARTING',
  'STOPPING',
  'STOPPED',
  'TAKINGOVER',
  'MOVINGOUT',
  'SWITCHOVER',
  'FAILOVER',
  'OPERATING',
] as const satisfies readonly ClusterStatus[];

const clusterReferenceSchema = Type.Object(
  { id: Type.Integer(), name: textOrNull(), obClusterId: integerOrNull() },
  { title: 'ClusterReference', additionalProperties: false },
);

/** A cluster with its zones as OCP answers it. */
export const obClusterSchema = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String({ examples: ['ob_upgrade'] }),
    obClusterId: Type.Integer({ description: "The database's own number for its cluster." }),
    obVersion: Type.String({ examples: ['2.2.75'] }),
    type: Type.Enum(['PRIMARY', 'STANDBY']),
    status: Type.Enum(clusterStatuses, { description: 'Only a RUNNING cluster takes a new operation.' }),
    rootServers: Type.Array(rootServerSchema),
    regionCount: Type.Integer({ description: 'Regions in which it has a zone.' }),
    tenantCount: integerOrNull(),
    serverCount: Type.Integer(),
    partitionCount: integerOrNull(),
    delayTime: integerOrNull(),
    syncStatus: textOrNull(),
    zones: Type.Array(zoneSchema),
    primaryCluster: orNull(clusterReferenceSchema),
    standbyClusters: Type.Array(clusterReferenceSchema),
    createTime: Type.String({ examples: ['2021-03-02T11:06:34.345+08:00'] }),
    updateTime: Type.String(),
    creator: textOrNull(),
    failToQueryFromObReason: textOrNull({ description: 'Why the database could not be asked the last time.' }),
  },
  { title: 'ObCluster', additionalProperties: false },
);

/** A cluster as OCP answers it; what is not known is null. */
export type ObCluster = Static<typeof obClusterSchema>;

/** A cluster for the wire, with its zones and their servers. O(its servers). */
export function toObCluster(cluster: ClusterRecord, index: InventoryIndex): ObCluster {
  const zones = index.zonesOf(cluster.id);
  const regions = zones.flatMap(({ regionName }) => regionName ?? []);
  return {
    id: cluster.id,
    name: cluster.name,
    obClusterId: cluster.obClusterId,
    obVersion: cluster.obVersion,
    type: cluster.type,
    status: cluster.status,
    rootServers: cluster.rootServers.map(toRootServer),
    regionCount: new Set(regions).size,
    tenantCount: cluster.tenantCount,
    serverCount: index.serversOf(cluster.id).length,
    partitionCount: cluster.partitionCount,
    delayTime: cluster.delayTime,
    syncStatus: cluster.syncStatus,
    zones: zones.map((zone) => toZone(zone, index)),
    primaryCluster: cluster.primaryClusterId === null ? null : referenceTo(cluster.primaryClusterId, index),
    standbyClusters: cluster.standbyClusterIds.map((id) => referenceTo(id, index)),
    createTime: rowTime(cluster.createTimeMs, index),
    updateTime: rowTime(cluster.updateTimeMs, index),
    creator: cluster.creator,
    failToQueryFromObReason: cluster.failToQueryFromObReason,
  };
}

/** Only names: a whole cluster here would hold this one again. */
function referenceTo(id: number, index: InventoryIndex): Static<typeof clusterReferenceSchema> {
  const cluster = index.cluster(id);
  return { id, name: cluster?.name ?? null, obClusterId: cluster?.obClusterId ?? null };
}
