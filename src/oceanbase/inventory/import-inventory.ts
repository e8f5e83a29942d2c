import { RefusedError } from '../../errors/index.ts';
import type { Tables } from '../../workflow/index.ts';
import type { HostRecord } from './host-record.ts';
import { inventoryOf, type Inventory } from './inventory.ts';
import {
  clusterRow,
  hostRow,
  packageRow,
  zoneRow,
  type HostDescription,
  type InventoryDescription,
} from './inventory-description.ts';
import { memberService, putMember } from './member-server.ts';

/**
 * Fills the inventory from a description: its cluster RUNNING, a RUNNING server on each host that names a zone, the
 * other hosts AVAILABLE. Once more with the same hosts (told by their SSH host keys) it renews how they are reached and
 * keeps what runs have changed; with other hosts it replaces what the same origin described before.
 *
 * @throws RefusedError `INVENTORY_CONFLICT` when an id belongs to rows that are of another origin
 */
export async function importInventory(tables: Tables, description: InventoryDescription, nowMs: number): Promise<void> {
  const inventory = inventoryOf(tables);
  await refuseConflicts(inventory, description);
  const isSame = await isSameCluster(inventory, description);
  if (!isSame) await removeOrigin(inventory, description);
  await putCluster(inventory, description, nowMs);
  for (const host of description.hosts) await putHost({ inventory, tables, description, nowMs }, host);
  for (const row of description.packages) await inventory.packages.put(packageRow(row));
}

async function refuseConflicts(inventory: Inventory, { origin, cluster, hosts }: InventoryDescription): Promise<void> {
  const known = [
    { what: `cluster ${cluster.id}`, row: await inventory.clusters.get(cluster.id) },
    ...(await Promise.all(hosts.map(async ({ id }) => ({ what: `host ${id}`, row: await inventory.hosts.get(id) })))),
  ];
  const problems = known
    .filter(({ row }) => row && row.origin !== origin)
    .map(({ what, row }) => ({
      code: 'INVENTORY_CONFLICT',
      message: `${what} is already known, from ${row?.origin ?? 'people'}.`,
      next: 'Use a store of its own.',
      details: { what },
    }));
  if (problems.length > 0) throw new RefusedError('INVENTORY_CONFLICT', `Import of ${origin}`, problems);
}

/** The same cluster on the same machines? A sandbox that was made anew has new host keys. */
async function isSameCluster(inventory: Inventory, { cluster, hosts }: InventoryDescription): Promise<boolean> {
  const known = await inventory.clusters.get(cluster.id);
  if (known?.name !== cluster.name || known.obClusterId !== cluster.obClusterId) return false;
  for (const host of hosts) {
    const row = await inventory.hosts.get(host.id);
    if (row ? row.hostKey !== host.hostKey : host.zoneName !== undefined) return false;
  }
  return true;
}

async function removeOrigin(inventory: Inventory, { origin }: InventoryDescription): Promise<void> {
  const clusters = (await inventory.clusters.list()).filter((row) => row.origin === origin);
  const hosts = (await inventory.hosts.list()).filter((row) => row.origin === origin);
  const clusterIds = new Set(clusters.map(({ id }) => id));
  for (const row of await inventory.servers.list())
    if (clusterIds.has(row.clusterId)) await inventory.servers.delete(row.id);
  for (const row of await inventory.zones.list()) if (clusterIds.has(row.clusterId)) await inventory.zones.delete(row);
  for (const { id } of hosts) await inventory.hosts.delete(id);
  for (const { id } of clusters) await inventory.clusters.delete(id);
}

async function putCluster(inventory: Inventory, description: InventoryDescription, nowMs: number): Promise<void> {
  const { cluster, zones, origin } = description;
  const known = await inventory.clusters.get(cluster.id);
  const { sqlAddresses, sysUser, password, hostRequirements } = cluster;
  const reach = { sqlAddresses, sysUser, password, hostRequirements };
  await inventory.clusters.put(known ? { ...known, ...reach } : clusterRow(cluster, origin, nowMs));
  for (const zone of zones) {
    const id = { clusterId: cluster.id, name: zone.name };
    if (!(await inventory.zones.get(id))) await inventory.zones.put(zoneRow(zone, cluster.id));
  }
}

interface ImportOfHost {
  readonly inventory: Inventory;
  readonly tables: Tables;
  readonly description: InventoryDescription;
  readonly nowMs: number;
}

async function putHost({ inventory, tables, description, nowMs }: ImportOfHost, host: HostDescription): Promise<void> {
  const { cluster, origin } = description;
  const known = await inventory.hosts.get(host.id);
  if (known) return inventory.hosts.put({ ...known, ...reachOf(host) });
  const row = hostRow(host, origin, nowMs);
  if (host.zoneName === undefined) return inventory.hosts.put(row);
  await inventory.hosts.put({ ...row, services: [memberService(cluster)] });
  await putMember(tables, { cluster, zoneName: host.zoneName, host, nowMs });
}

function reachOf(host: HostDescription): Partial<HostRecord> {
  const { innerIpAddress, sshHost = null, sshPort, user, key } = host;
  return { innerIpAddress, sshHost, sshPort, user, key };
}
