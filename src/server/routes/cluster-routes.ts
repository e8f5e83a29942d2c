import { Type } from 'typebox';
import type { ClusterRecord } from '../../oceanbase/index.ts';
import { ApiError } from '../api-error.ts';
import { errorCase } from '../error-cases.ts';
import type { InventoryIndex } from '../inventory/inventory-index.ts';
import { obClusterSchema, toObCluster } from '../inventory/ob-cluster.ts';
import { serverSchema, toServer } from '../inventory/server.ts';
import { toZone, zoneSchema } from '../inventory/zone.ts';
import { clusterListQuery, listClusters } from '../lists/cluster-list.ts';
import { contentsOf, pageOf } from '../lists/page.ts';
import { listServers, serverListQuery } from '../lists/server-list.ts';
import { route, type Permission, type Route } from '../route.ts';
import { inventoryNow, type InventoryParts } from './inventory-parts.ts';

const id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const ofCluster = Type.Object({ id });
const read: Permission = { domain: 'CLUSTER', action: 'READ', id: { param: 'id' } };
const noCluster = errorCase('OBE11001', 'no such cluster', 'There is no cluster 9. Known clusters: 1 (sandbox).');
const noZone = errorCase('OBE18002', 'no such zone', 'Cluster 1 has no zone zone9. Its zones: zone1, zone2, zone3.');
const badSort = errorCase('COM10011', 'unknown sort field', 'Clusters cannot be sorted by "colour".');
const clusters = '/api/v2/ob/clusters';
const tag = 'clusters';

/** Reading clusters, their zones and servers. */
export function clusterRoutes(parts: InventoryParts): readonly Route[] {
  return [...wholeClusters(parts), ...clusterMembers(parts)];
}

function wholeClusters(parts: InventoryParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: clusters,
      access: { ...read, id: 'any' },
      operationId: 'listClusters',
      tag,
      summary: 'List clusters',
      query: clusterListQuery,
      data: pageOf(obClusterSchema),
      errors: [badSort],
      async handle({ query, may }) {
        const index = await inventoryNow(parts);
        const visible = index.clusters.filter(({ id: one }) => may({ domain: 'CLUSTER', id: one, action: 'READ' }));
        return listClusters({ ...index, clusters: visible }, query);
      },
    }),
    route({
      method: 'GET',
      url: `${clusters}/:id`,
      access: read,
      operationId: 'getCluster',
      tag,
      summary: 'Read a cluster with its zones and servers',
      params: ofCluster,
      data: obClusterSchema,
      errors: [noCluster],
      async handle({ params }) {
        const index = await inventoryNow(parts);
        return toObCluster(clusterOf(index, params.id), index);
      },
    }),
  ];
}

function clusterMembers(parts: InventoryParts): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: `${clusters}/:id/zones`,
      access: read,
      operationId: 'listZones',
      tag,
      summary: 'List the zones of a cluster with their servers',
      params: ofCluster,
      data: contentsOf(zoneSchema),
      errors: [noCluster],
      async handle({ params }) {
        const index = await inventoryNow(parts);
        return { contents: index.zonesOf(clusterOf(index, params.id).id).map((zone) => toZone(zone, index)) };
      },
    }),
    route({
      method: 'GET',
      url: `${clusters}/:id/servers`,
      access: read,
      operationId: 'listServers',
      tag,
      summary: 'List the servers of a cluster',
      params: ofCluster,
      query: serverListQuery,
      data: contentsOf(serverSchema),
      errors: [noCluster],
      async handle({ params, query }) {
        const index = await inventoryNow(parts);
        return { contents: listServers(index, clusterOf(index, params.id).id, query) };
      },
    }),
    route({
      method: 'GET',
      url: `${clusters}/:id/zones/:zoneName/servers`,
      access: read,
      operationId: 'listServersOfZone',
      tag,
      summary: 'List the servers of a zone',
      params: Type.Object({ id, zoneName: Type.String({ maxLength: 128 }) }),
      data: contentsOf(serverSchema),
      errors: [noCluster, noZone],
      async handle({ params }) {
        const index = await inventoryNow(parts);
        const zone = zoneOf(index, { clusterId: clusterOf(index, params.id).id, name: params.zoneName });
        return { contents: index.serversIn(zone).map((server) => toServer(server, index)) };
      },
    }),
  ];
}

function clusterOf(index: InventoryIndex, clusterId: number): ClusterRecord {
  const cluster = index.cluster(clusterId);
  if (cluster) return cluster;
  throw new ApiError({
    ocpCode: 'OBE11001',
    message: `There is no cluster ${clusterId}.`,
    next: 'List the clusters to see their ids.',
  });
}

function zoneOf(
  index: InventoryIndex,
  place: { clusterId: number; name: string },
): { clusterId: number; name: string } {
  if (index.zone(place)) return place;
  const known = index.zonesOf(place.clusterId).map(({ name }) => name);
  const next = `Its zones: ${known.join(', ') || 'none'}.`;
  throw new ApiError({ ocpCode: 'OBE18002', message: `Cluster ${place.clusterId} has no such zone.`, next });
}
