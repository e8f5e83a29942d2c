import type { JsonObject } from '../../json/index.ts';
import type { Tables } from '../../workflow/index.ts';
import type { ClusterRecord } from './cluster-record.ts';
import type { HostRecord } from './host-record.ts';
import type { PackageRecord } from './package-record.ts';
import type { ServerRecord } from './server-record.ts';
import type { ZoneRecord } from './zone-record.ts';

/** The rows of one kind, found by what makes them one of a kind. */
export interface Records<Row, Id> {
  get(id: Id): Promise<Row | undefined>;
  put(row: Row): Promise<void>;
  delete(id: Id): Promise<void>;
  /** In the order in which they were first put. */
  list(): Promise<readonly Row[]>;
}

/** What makes a zone one of a kind. */
export type ZoneId = Pick<ZoneRecord, 'clusterId' | 'name'>;

/** What is known of clusters, zones, servers, hosts and packages, seen through one transaction. */
export interface Inventory {
  readonly clusters: Records<ClusterRecord, number>;
  readonly zones: Records<ZoneRecord, ZoneId>;
  readonly servers: Records<ServerRecord, number>;
  readonly hosts: Records<HostRecord, number>;
  readonly packages: Records<PackageRecord, number>;
}

/** The inventory in the tables of a store. Valid for as long as the transaction that the tables belong to. */
export function inventoryOf(tables: Tables): Inventory {
  return {
    clusters: records(tables, 'clusters', (id: number) => String(id)),
    zones: records(tables, 'zones', ({ clusterId, name }: ZoneId) => `${clusterId}/${name}`),
    servers: records(tables, 'servers', (id: number) => String(id)),
    hosts: records(tables, 'hosts', (id: number) => String(id)),
    packages: records(tables, 'packages', (id: number) => String(id)),
  };
}

/** The server that stands, or is to stand, on a host of a cluster. */
export async function serverOnHost(
  inventory: Inventory,
  { clusterId, hostId }: { clusterId: number; hostId: number },
): Promise<ServerRecord | undefined> {
  const servers = await inventory.servers.list();
  return servers.find((server) => server.clusterId === clusterId && server.hostId === hostId);
}

function records<Row extends object, Id>(tables: Tables, table: string, keyOf: (id: Id) => string): Records<Row, Id> {
  // Rows of these tables are written through `put` below and by nothing else, so what is read is what was written.
  return {
    get: async (id) => (await tables.get(table, keyOf(id))) as Row | undefined,
    put: async (row) => tables.put(table, keyOf(idOf(row)), row as unknown as JsonObject),
    delete: async (id) => tables.delete(table, keyOf(id)),
    list: async () => (await tables.list(table)) as unknown as readonly Row[],
  };

  function idOf(row: Row): Id {
    return ('id' in row ? row.id : row) as Id;
  }
}
