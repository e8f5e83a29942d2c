import { RefusedError } from '../../errors/index.ts';
import type { Tables } from '../../workflow/index.ts';
import { inventoryOf, type Inventory } from '../inventory/inventory.ts';
import { clusterRow, hostRow, packageRow, zoneRow } from '../inventory/inventory-description.ts';
import { memberService, putMember } from '../inventory/member-server.ts';
import type { DescribedCluster, DescribedHost, FleetDescription } from './fleet-description.ts';
import { changedFields, type FieldChange } from './field-changes.ts';
import { importProblems } from './import-problems.ts';
import { withLearnedPlace, withLearnedRoots } from './learned-facts.ts';

/** One thing that an import writes. */
export interface FleetChange {
  /** `host 3`, `zone zone1 of cluster 1`. */
  readonly what: string;
  readonly how: 'new' | 'changed';
  /** Of what was there before. */
  readonly fields: readonly FieldChange[];
}

/** What an import has done. */
export interface FleetImport {
  readonly changes: readonly FleetChange[];
  /** How much of what the file describes was known just so. */
  readonly unchanged: number;
  /** What the store knows and the file does not; it stays as it is. */
  readonly unlisted: readonly string[];
}

/**
 * Takes what a file describes into the inventory, within the transaction that the tables belong to. What runs have made
 * (statuses, servers, services) stays; importing the same file again changes nothing.
 *
 * @throws RefusedError `IMPORT_REFUSED` with every reason: a run holds what would change, a server stands on it, or it
 * belongs to a sandbox; nothing is written then
 */
export async function importFleet(tables: Tables, fleet: FleetDescription, nowMs: number): Promise<FleetImport> {
  const inventory = inventoryOf(tables);
  const problems = await importProblems(inventory, fleet);
  if (problems.length > 0) throw new RefusedError('IMPORT_REFUSED', 'Import', problems);
  const log = new ImportLog();
  for (const cluster of fleet.clusters) await putCluster(inventory, cluster, { nowMs, log });
  for (const host of fleet.hosts) await putHost(tables, host, { fleet, nowMs, log });
  for (const described of fleet.packages) {
    const known = await inventory.packages.get(described.id);
    const isNews = log.note(`package ${described.id} (${described.fileName})`, known, described);
    if (isNews) await inventory.packages.put(known ? { ...known, ...described } : packageRow(described));
  }
  return { ...log.result(), unlisted: await unlistedOf(inventory, fleet) };
}

interface Importing {
  readonly nowMs: number;
  readonly log: ImportLog;
}

async function putCluster(
  inventory: Inventory,
  { zones, ...described }: DescribedCluster,
  { nowMs, log }: Importing,
): Promise<void> {
  const known = await inventory.clusters.get(described.id);
  const facts = withLearnedRoots(described, known);
  if (log.note(`cluster ${facts.id} (${facts.name})`, known, facts)) {
    await inventory.clusters.put(known ? { ...known, ...facts, updateTimeMs: nowMs } : clusterRow(facts, null, nowMs));
  }
  for (const given of zones) {
    const row = await inventory.zones.get({ clusterId: facts.id, name: given.name });
    const zone = withLearnedPlace(given, row);
    const isNews = log.note(`zone ${zone.name} of cluster ${facts.id}`, row, zone);
    if (isNews) await inventory.zones.put(row ? { ...row, ...zone } : zoneRow(zone, facts.id));
  }
}

async function putHost(
  tables: Tables,
  { server, ...facts }: DescribedHost,
  { fleet, nowMs, log }: Importing & { readonly fleet: FleetDescription },
): Promise<void> {
  const inventory = inventoryOf(tables);
  const known = await inventory.hosts.get(facts.id);
  const isNews = log.note(`host ${facts.id} (${facts.name})`, known, facts);
  const row = known ? { ...known, ...facts, updateTimeMs: nowMs } : hostRow(facts, null, nowMs);
  if (isNews) await inventory.hosts.put(row);
  const cluster = fleet.clusters.find(({ id }) => id === server?.clusterId);
  const servers = await inventory.servers.list();
  const isServer = servers.some(({ clusterId, hostId }) => clusterId === cluster?.id && hostId === facts.id);
  if (!server || !cluster || isServer) return;
  log.note(`server of cluster ${cluster.id} on host ${facts.id}`, undefined, {});
  await inventory.hosts.put({ ...row, status: 'ONLINE', services: [...row.services, memberService(cluster)] });
  await putMember(tables, { cluster, zoneName: server.zoneName, host: facts, nowMs });
}

/** Collects what an import does. */
class ImportLog {
  readonly #changes: FleetChange[] = [];
  #unchanged = 0;

  /** Answers whether there is anything to write. */
  note(what: string, known: object | undefined, described: object): boolean {
    const fields = known ? changedFields(known, described) : [];
    if (known && fields.length === 0) {
      this.#unchanged += 1;
      return false;
    }
    this.#changes.push({ what, how: known ? 'changed' : 'new', fields });
    return true;
  }

  result(): Pick<FleetImport, 'changes' | 'unchanged'> {
    return { changes: this.#changes, unchanged: this.#unchanged };
  }
}

async function unlistedOf(inventory: Inventory, fleet: FleetDescription): Promise<readonly string[]> {
  const [clusters, hosts, packages] = [fleet.clusters, fleet.hosts, fleet.packages].map(
    (rows) => new Set(rows.map(({ id }) => id)),
  );
  return [
    ...(await inventory.clusters.list()).filter(({ id }) => !clusters?.has(id)).map(({ id }) => `cluster ${id}`),
    ...(await inventory.hosts.list()).filter(({ id }) => !hosts?.has(id)).map(({ id }) => `host ${id}`),
    ...(await inventory.packages.list()).filter(({ id }) => !packages?.has(id)).map(({ id }) => `package ${id}`),
  ];
}
