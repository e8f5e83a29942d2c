import { PrecedeError, RefusedError, serializeError, type Problem } from '../../errors/index.ts';
import { createDatabaseConnections } from '../database/database-connections.ts';
import type { DatabaseSession } from '../database/database-session.ts';
import { dialectOf } from '../database/dialect-of.ts';
import { createHostConnections } from '../host/host-connections.ts';
import { documentedHostRequirements } from '../inventory/host-requirements.ts';
import { databaseAddressesOf, hostAddressOf } from '../inventory/addresses.ts';
import type { DescribedCluster, DescribedHost, FleetDescription } from './fleet-description.ts';
import { probeHost, type HostExpectations, type HostFindings } from './probe-host.ts';

/** What was found at a host; without findings it was not reached. */
export interface HostProbe {
  readonly host: DescribedHost;
  readonly findings: HostFindings | undefined;
  readonly problems: readonly Problem[];
}

/** What was found in a cluster's database. */
export interface ClusterProbe {
  readonly cluster: DescribedCluster;
  readonly servers: number;
  readonly zones: readonly string[];
  readonly versions: readonly string[];
  readonly problems: readonly Problem[];
}

/** What was found of everything that a file describes. */
export interface FleetProbe {
  readonly hosts: readonly HostProbe[];
  readonly clusters: readonly ClusterProbe[];
}

/** How a fleet is looked at. */
export interface ProbeOptions {
  /** Told each password and key before it is used. */
  readonly onSecret?: (secret: string) => void;
  /** @default Date.now */
  readonly nowMs?: () => number;
}

const atOnce = 16;

/** Reaches every host and every database that a file describes, and says what is there. Changes nothing. */
export async function probeFleet(fleet: FleetDescription, options: ProbeOptions = {}): Promise<FleetProbe> {
  const { onSecret, nowMs = Date.now } = options;
  const hosts = createHostConnections({ hosts: (id) => hostAddressOf(byId(fleet.hosts, id), onSecret) });
  const databases = createDatabaseConnections({
    address: (id) => databaseAddressesOf(byId(fleet.clusters, id), onSecret),
  });
  const allowed = fleet.clusters.map(({ hostRequirements }) => hostRequirements.clockDifferenceMaxMs);
  const clockDifferenceMaxMs = Math.max(
    ...(allowed.length > 0 ? allowed : [documentedHostRequirements.clockDifferenceMaxMs]),
  );
  const expected: HostExpectations = { clockDifferenceMaxMs, nowMs };
  try {
    const [hostProbes, clusterProbes] = await Promise.all([
      eachOf(fleet.hosts, async (host): Promise<HostProbe> => {
        const { found, problems } = await attempt(() => probeHost(hosts.session(host.id), host, expected));
        return { host, findings: found, problems: [...problems, ...(found?.problems ?? [])] };
      }),
      eachOf(fleet.clusters, async (cluster): Promise<ClusterProbe> => {
        const { found, problems } = await attempt(() => probeDatabase(databases.session(cluster.id), cluster));
        const nothing = { servers: 0, zones: [], versions: [], problems: [] };
        return { cluster, ...nothing, ...found, problems: [...problems, ...(found?.problems ?? [])] };
      }),
    ]);
    return { hosts: hostProbes, clusters: clusterProbes };
  } finally {
    await Promise.all([hosts.close(), databases.close()]);
  }
}

async function probeDatabase(
  session: DatabaseSession,
  cluster: DescribedCluster,
): Promise<Omit<ClusterProbe, 'cluster'>> {
  const dialect = dialectOf(cluster.obVersion);
  const servers = (await session.query(dialect.servers())).map((row) => dialect.serverRow(row));
  const zones = dialect.zoneRows(await session.query(dialect.zones())).map(({ zone }) => zone);
  const versions = [...new Set(servers.map(({ buildVersion }) => buildVersion.split('_')[0] ?? buildVersion))];
  const absent = cluster.zones.filter(({ name }) => !zones.includes(name));
  const isOther = versions.length > 0 && !versions.includes(cluster.obVersion);
  return {
    servers: servers.length,
    zones,
    versions,
    problems: [
      ...absent.map(({ name }) => ({
        code: 'ZONE_UNKNOWN',
        message: `the database has no zone ${name}; it has ${zones.join(', ')}`,
        next: 'Correct the file, or add the zone to the cluster.',
      })),
      ...(isOther
        ? [
            {
              code: 'VERSION_MISMATCH',
              message: `its servers run ${versions.join(', ')}, not ${cluster.obVersion}`,
              next: 'Correct obVersion: the package of new servers is chosen by it.',
            },
          ]
        : []),
    ],
  };
}

interface Attempt<Found> {
  readonly found: Found | undefined;
  readonly problems: readonly Problem[];
}

async function attempt<Found>(probe: () => Promise<Found>): Promise<Attempt<Found>> {
  try {
    return { found: await probe(), problems: [] };
  } catch (error) {
    if (error instanceof RefusedError) return { found: undefined, problems: error.problems };
    if (!(error instanceof PrecedeError)) throw error;
    const { code, message, next } = serializeError(error);
    return { found: undefined, problems: [{ code, message, next }] };
  }
}

/** In the order of the items, at most 16 at a time. */
async function eachOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

function byId<Row extends { readonly id: number }>(rows: readonly Row[], id: number | string): Row {
  const row = rows.find((candidate) => candidate.id === id);
  if (!row) throw new TypeError(`nothing described has the id ${id}`);
  return row;
}
