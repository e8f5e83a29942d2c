import type { JsonObject } from '../../json/index.ts';
import type { ClusterRecord } from './cluster-record.ts';
import type { HostRecord } from './host-record.ts';
import type { PackageRecord } from './package-record.ts';
import type { ServerRecord } from './server-record.ts';
import type { ZoneRecord } from './zone-record.ts';

/** Everything that is known of clusters, zones, servers, hosts and packages at one instant. */
export interface InventoryRows {
  readonly clusters: readonly ClusterRecord[];
  readonly zones: readonly ZoneRecord[];
  readonly servers: readonly ServerRecord[];
  readonly hosts: readonly HostRecord[];
  readonly packages: readonly PackageRecord[];
}

/** The whole inventory, from tables that can be read without waiting; each kind in the order of its first put. */
export function readInventoryRows(rows: { list(table: string): readonly JsonObject[] }): InventoryRows {
  // `inventoryOf` alone writes these tables, so what is read is what it has written.
  return {
    clusters: rows.list('clusters') as unknown as readonly ClusterRecord[],
    zones: rows.list('zones') as unknown as readonly ZoneRecord[],
    servers: rows.list('servers') as unknown as readonly ServerRecord[],
    hosts: rows.list('hosts') as unknown as readonly HostRecord[],
    packages: rows.list('packages') as unknown as readonly PackageRecord[],
  };
}

/** One cluster, from the same tables. */
export function clusterIn(
  rows: { get(table: string, key: string): JsonObject | undefined },
  id: number,
): ClusterRecord | undefined {
  return rows.get('clusters', String(id)) as ClusterRecord | undefined;
}
