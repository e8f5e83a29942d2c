import type { Problem } from '../../errors/index.ts';
import type { ClusterRecord } from '../inventory/cluster-record.ts';
import type { HostRecord } from '../inventory/host-record.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ServerRecord } from '../inventory/server-record.ts';
import { changedFields } from './field-changes.ts';
import type { DescribedCluster, DescribedHost, FleetDescription } from './fleet-description.ts';
import { withLearnedRoots } from './learned-facts.ts';

/** Everything that stands against an import; empty when nothing does. */
export async function importProblems(inventory: Inventory, fleet: FleetDescription): Promise<readonly Problem[]> {
  const known: Known = {
    clusters: new Map((await inventory.clusters.list()).map((row) => [row.id, row])),
    hosts: new Map((await inventory.hosts.list()).map((row) => [row.id, row])),
    servers: await inventory.servers.list(),
  };
  return [
    ...fleet.clusters.flatMap((cluster) => clusterProblems(cluster, known)),
    ...fleet.hosts.flatMap((host) => hostProblems(host, known)),
  ];
}

interface Known {
  readonly clusters: ReadonlyMap<number, ClusterRecord>;
  readonly hosts: ReadonlyMap<number, HostRecord>;
  readonly servers: readonly ServerRecord[];
}

/** What servers were told when they were started; it cannot change under them. */
const toldToServers = {
  cluster: new Set(['name', 'obClusterId']),
  host: new Set([
    ...['address', 'directories.home', 'directories.data', 'directories.log', 'directories.agent'],
    ...['ports.sql', 'ports.rpc'],
  ]),
};

function clusterProblems(described: DescribedCluster, known: Known): readonly Problem[] {
  const row = known.clusters.get(described.id);
  if (!row) return [];
  const what = `cluster ${row.id}`;
  // Zones have rows of their own.
  const fields = changedFields(row, { ...withLearnedRoots(described, row), zones: null }).map(({ field }) => field);
  if (fields.length === 0) return [];
  if (row.origin !== null) return [foreign(what, row.origin)];
  if (row.operatingRunId !== null) return [held(what, row.operatingRunId, fields)];
  const added = known.servers.find(({ clusterId, runId }) => clusterId === row.id && runId !== null);
  return added ? told(what, added, { fields, fixed: toldToServers.cluster }) : [];
}

function hostProblems({ server: described, ...facts }: DescribedHost, known: Known): readonly Problem[] {
  const row = known.hosts.get(facts.id);
  const server = known.servers.find(({ hostId }) => hostId === facts.id);
  const fields = row ? changedFields(row, facts).map(({ field }) => field) : [];
  return [
    ...(server ? placeProblems(server, described) : []),
    ...(row && fields.length > 0 ? changeProblems(row, { server, fields, known }) : []),
  ];
}

/** A file may leave out that a server stands on a host, but not say that another does. */
function placeProblems(server: ServerRecord, described: DescribedHost['server']): readonly Problem[] {
  const { id, hostId, clusterId, zoneName } = server;
  if (!described || (clusterId === described.clusterId && zoneName === described.zoneName)) return [];
  return [problem('HOST_IN_USE', `host ${hostId} has server ${id} of cluster ${clusterId} in ${zoneName}.`)];
}

interface HostChange {
  readonly server: ServerRecord | undefined;
  readonly fields: readonly string[];
  readonly known: Known;
}

function changeProblems({ id, origin }: HostRecord, { server, fields, known }: HostChange): readonly Problem[] {
  const what = `host ${id}`;
  if (origin !== null) return [foreign(what, origin)];
  if (!server) return [];
  const runId = known.clusters.get(server.clusterId)?.operatingRunId ?? null;
  if (runId !== null && runId === server.runId) return [held(what, runId, fields)];
  return told(what, server, { fields, fixed: toldToServers.host });
}

function told(
  what: string,
  server: ServerRecord,
  { fields, fixed }: { readonly fields: readonly string[]; readonly fixed: ReadonlySet<string> },
): readonly Problem[] {
  const wrong = fields.filter((field) => fixed.has(field));
  if (wrong.length === 0) return [];
  const message = `${what}: ${wrong.join(', ')} cannot change, since server ${server.id} was started with it.`;
  return [problem('SERVER_STANDS', message, 'Correct the file, or take the server away first.')];
}

function held(what: string, runId: number, fields: readonly string[]): Problem {
  const message = `${what} is held by run ${runId}: ${fields.join(', ')} cannot change now.`;
  return problem('HELD_BY_RUN', message, `Wait for the end of run ${runId}, or cancel it.`);
}

function foreign(what: string, origin: string): Problem {
  return problem('INVENTORY_CONFLICT', `${what} is already known, from ${origin}.`, 'Use a store of its own.');
}

function problem(code: string, message: string, next = 'Correct the file.'): Problem {
  return { code, message, next, details: {} };
}
