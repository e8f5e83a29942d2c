import { Type, type Static } from 'typebox';
import type { ClusterRecord } from '../../oceanbase/index.ts';
import type { InventoryIndex } from '../inventory/inventory-index.ts';
import { clusterStatuses, toObCluster, type ObCluster } from '../inventory/ob-cluster.ts';
import { wordList } from './comma-list.ts';
import { holdsKeyword } from './keyword.ts';
import { mapPage, paged, type Page } from './page.ts';
import { pageQuery } from './page-query.ts';
import type { Sorts } from './sort-order.ts';

/** How a caller asks for clusters. */
export const clusterListQuery = Type.Object(
  {
    ...pageQuery.properties,
    name: Type.Optional(Type.String({ description: 'A part of the name.' })),
    status: Type.Optional(
      Type.String({ description: `A comma list of ${clusterStatuses.join(', ')}.`, examples: ['RUNNING,OPERATING'] }),
    ),
  },
  { title: 'ClusterListQuery', additionalProperties: false },
);

/** How a caller asks for clusters. */
export type ClusterListQuery = Static<typeof clusterListQuery>;

const sorts: Sorts<ClusterRecord> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  obClusterId: ({ obClusterId }) => obClusterId,
  obVersion: ({ obVersion }) => obVersion,
  status: ({ status }) => status,
  createTime: ({ createTimeMs }) => createTimeMs,
  updateTime: ({ updateTimeMs }) => updateTimeMs,
};

/**
 * One page of the clusters that are asked for.
 *
 * @throws ApiError 400 `COM10001` for an unknown status, `COM10011` for an unknown order
 */
export function listClusters(index: InventoryIndex, query: ClusterListQuery): Page<ObCluster> {
  const statuses = wordList({ parameter: 'status', text: query.status, known: clusterStatuses });
  const rows = index.clusters.filter(
    ({ name, status }) => holdsKeyword(query.name, [name]) && (statuses?.has(status) ?? true),
  );
  return mapPage(paged(rows, query, sorts), (cluster) => toObCluster(cluster, index));
}
