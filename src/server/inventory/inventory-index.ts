import type { ClusterRecord, HostRecord, InventoryRows, ServerRecord, ZoneRecord } from '../../oceanbase/index.ts';

/** The inventory at one instant, with the ways that lead from one row to others. Each lookup takes constant time. */
export interface InventoryIndex extends InventoryRows {
  /** In which times are written. */
  readonly utcOffsetMinutes: number;
  cluster(id: number): ClusterRecord | undefined;
  host(id: number): HostRecord | undefined;
  zone(id: ZonePlace): ZoneRecord | undefined;
  /** All the rows of a cluster or zone, in the order of the inventory; none when it is not known. */
  zonesOf(clusterId: number): readonly ZoneRecord[];
  serversOf(clusterId: number): readonly ServerRecord[];
  serversIn(zone: ZonePlace): readonly ServerRecord[];
}

/** What makes a zone one of a kind. */
export type ZonePlace = Pick<ZoneRecord, 'clusterId' | 'name'>;

/** Finds out once where everything is: O(rows) time and memory. */
export function indexInventory(rows: InventoryRows, utcOffsetMinutes: number): InventoryIndex {
  const clusters = new Map(rows.clusters.map((row) => [row.id, row]));
  const hosts = new Map(rows.hosts.map((row) => [row.id, row]));
  const zones = new Map(rows.zones.map((row) => [placeKey(row), row]));
  const zonesOf = Map.groupBy(rows.zones, ({ clusterId }) => clusterId);
  const serversOf = Map.groupBy(rows.servers, ({ clusterId }) => clusterId);
  const serversIn = Map.groupBy(rows.servers, ({ clusterId, zoneName: name }) => placeKey({ clusterId, name }));
  return {
    ...rows,
    utcOffsetMinutes,
    cluster: (id) => clusters.get(id),
    host: (id) => hosts.get(id),
    zone: (place) => zones.get(placeKey(place)),
    zonesOf: (clusterId) => zonesOf.get(clusterId) ?? [],
    serversOf: (clusterId) => serversOf.get(clusterId) ?? [],
    serversIn: (place) => serversIn.get(placeKey(place)) ?? [],
  };
}

/** The number comes first, so that no name can pass for another cluster's. */
function placeKey({ clusterId, name }: ZonePlace): string {
  return `${clusterId}/${name}`;
}
