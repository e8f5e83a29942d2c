import type { Problem } from 'precede';
import {
  choosePackage,
  type ClusterRecord,
  type HostRecord,
  type Inventory,
  type ServerRecord,
  type ZoneRecord,
} from 'precede/oceanbase';
import { serversToAdd, type AddObServerInput } from './input.ts';

/** Everything that stands against adding the servers, over all hosts at once; empty when nothing does. */
export async function admissionProblems(inventory: Inventory, input: AddObServerInput): Promise<readonly Problem[]> {
  const cluster = await inventory.clusters.get(input.clusterId);
  if (!cluster) return [clusterUnknown(input.clusterId, await inventory.clusters.list())];
  const servers = await inventory.servers.list();
  const architecture = await architectureOf(inventory, cluster, servers);
  const problems = [...clusterProblems(cluster)];
  for (const { zoneName, hostIds } of input.placements) {
    const zone = await inventory.zones.get({ clusterId: cluster.id, name: zoneName });
    if (zone) problems.push(...zoneProblems(zone));
    else problems.push(zoneUnknown(cluster, zoneName, await inventory.zones.list()));
    for (const hostId of hostIds) {
      const host = await inventory.hosts.get(hostId);
      if (host) problems.push(...hostProblems({ host, zone, cluster, architecture, servers }));
      else problems.push(hostUnknown(hostId, await inventory.hosts.list()));
    }
  }
  const found = await choosePackage(inventory, cluster, serversToAdd(input));
  return found ? problems : [...problems, packageMissing(cluster, input)];
}

function clusterProblems(cluster: ClusterRecord): readonly Problem[] {
  const { id, status, operatingRunId } = cluster;
  if (status === 'RUNNING') return [];
  if (status === 'OPERATING') {
    const holder = operatingRunId === null ? 'another operation' : `run ${operatingRunId}`;
    return [
      problem('CLUSTER_OPERATING', 'OBE11020', `Cluster ${id} is OPERATING for ${holder}.`, {
        next: `Wait for the end of ${holder}.`,
      }),
    ];
  }
  const next = 'Bring the cluster to RUNNING first.';
  return [problem('CLUSTER_NOT_RUNNING', 'OBE11007', `Cluster ${id} is ${status}, not RUNNING.`, { next })];
}

function zoneProblems({ name, status, innerStatus }: ZoneRecord): readonly Problem[] {
  const next = 'Bring the zone to RUNNING and ACTIVE first.';
  if (status === 'OPERATING')
    return [problem('ZONE_OPERATING', 'OBE18008', `Zone ${name} is OPERATING for another run.`, { next })];
  if (status !== 'RUNNING')
    return [problem('ZONE_NOT_RUNNING', 'OBE18008', `Zone ${name} is ${status}, not RUNNING.`, { next })];
  if (innerStatus === 'ACTIVE') return [];
  return [
    problem('ZONE_NOT_ACTIVE', 'OBE18008', `The database has zone ${name} as ${innerStatus}, not ACTIVE.`, { next }),
  ];
}

interface HostToJudge {
  readonly host: HostRecord;
  readonly zone: ZoneRecord | undefined;
  readonly cluster: ClusterRecord;
  /** The cluster's processors; undefined while unknown. */
  readonly architecture: string | undefined;
  readonly servers: readonly ServerRecord[];
}

function hostProblems(judged: HostToJudge): readonly Problem[] {
  const { id } = judged.host;
  const rules = [...usageRules(judged), ...placeRules(judged)];
  return rules
    .filter(({ isBroken }) => isBroken)
    .map(({ code, ocpCode, is, next }) =>
      problem(code, ocpCode, `Host ${id} ${is}.`, { next, details: { hostId: id } }),
    );
}

interface HostRule {
  readonly isBroken: boolean;
  readonly code: string;
  readonly ocpCode: string;
  /** What the host is or does when the rule is broken. */
  readonly is: string;
  readonly next: string;
}

/** Whether the host is free: of its state, of a service, of a server, of which the first found says enough. */
function usageRules({ host, servers }: HostToJudge): readonly HostRule[] {
  const { id, status, services } = host;
  const isOffline = status === 'OFFLINE';
  const back = 'Bring the host and its agent back, or choose another host.';
  const offline = { isBroken: isOffline, code: 'HOST_OFFLINE', ocpCode: 'CMP07004', is: 'is OFFLINE', next: back };
  const service = services.find(({ type }) => type === 'OB_CLUSTER');
  const server = servers.find(({ hostId, status: state }) => hostId === id && state !== 'DELETED');
  const next = nextOf(server);
  const inUse = { isBroken: true, code: 'HOST_IN_USE', next };
  if (service) return [offline, { ...inUse, ocpCode: 'CMP07010', is: `already carries ${service.name}` }];
  if (server)
    return [
      offline,
      { ...inUse, ocpCode: 'OBE11021', is: `already has server ${server.id} of cluster ${server.clusterId}` },
    ];
  const isBroken = status !== 'AVAILABLE' && !isOffline;
  return [
    offline,
    { isBroken, code: 'HOST_NOT_AVAILABLE', ocpCode: 'CMP07006', is: `is ${status}, not AVAILABLE`, next },
  ];
}

function nextOf(server: ServerRecord | undefined): string {
  const run = server?.runId ?? null;
  return run === null
    ? 'Choose a host that is AVAILABLE.'
    : `Choose another host. Run ${run} has taken this one; if it failed, retry it or roll it back.`;
}

/** Whether the host stands where the zone stands and is of the cluster's kind, as far as both are known. */
function placeRules({ host, zone, architecture }: HostToJudge): readonly HostRule[] {
  const { idcName, regionName } = host;
  const place = zone ? `zone ${zone.name}` : 'the zone';
  return [
    {
      isBroken: isOtherThan(zone?.idcName, idcName),
      code: 'IDC_MISMATCH',
      ocpCode: 'CMP07007',
      is: `stands in IDC ${idcName}, ${place} in ${zone?.idcName}`,
      next: 'Choose a host in the IDC of the zone.',
    },
    {
      isBroken: isOtherThan(zone?.regionName, regionName),
      code: 'REGION_MISMATCH',
      ocpCode: 'CMP07008',
      is: `stands in region ${regionName}, ${place} in ${zone?.regionName}`,
      next: 'Choose a host in the region of the zone.',
    },
    {
      isBroken: isOtherThan(architecture, host.architecture),
      code: 'ARCHITECTURE_MISMATCH',
      ocpCode: 'OBE11023',
      is: `is ${host.architecture}, the cluster ${architecture}`,
      next: 'Choose a host with the same processors as the cluster.',
    },
  ];
}

function isOtherThan(wanted: string | null | undefined, given: string | null): boolean {
  return typeof wanted === 'string' && given !== null && wanted !== given;
}

async function architectureOf(
  inventory: Inventory,
  cluster: ClusterRecord,
  servers: readonly ServerRecord[],
): Promise<string | undefined> {
  for (const server of servers) {
    if (server.clusterId !== cluster.id) continue;
    const host = await inventory.hosts.get(server.hostId);
    const architecture = host?.architecture ?? null;
    if (architecture !== null) return architecture;
  }
  return undefined;
}

function clusterUnknown(id: number, known: readonly ClusterRecord[]): Problem {
  const next = `Known clusters: ${known.map((cluster) => `${cluster.id} (${cluster.name})`).join(', ') || 'none'}.`;
  return problem('CLUSTER_UNKNOWN', 'OBE11001', `There is no cluster ${id}.`, { next });
}

function zoneUnknown(cluster: ClusterRecord, name: string, zones: readonly ZoneRecord[]): Problem {
  const known = zones.filter(({ clusterId }) => clusterId === cluster.id).map((zone) => zone.name);
  const next = `Zones of cluster ${cluster.id}: ${known.join(', ') || 'none'}.`;
  return problem('ZONE_UNKNOWN', 'OBE18002', `Cluster ${cluster.id} has no zone ${name}.`, {
    next,
    details: { zoneName: name },
  });
}

function hostUnknown(id: number, hosts: readonly HostRecord[]): Problem {
  const free = hosts.filter(({ status }) => status === 'AVAILABLE').slice(0, 20);
  const next = `Hosts that are AVAILABLE: ${free.map((host) => host.id).join(', ') || 'none'}.`;
  return problem('HOST_UNKNOWN', 'CMP07005', `There is no host ${id}.`, { next, details: { hostId: id } });
}

function packageMissing({ obVersion }: ClusterRecord, { packageOperatingSystem }: AddObServerInput): Problem {
  const system = packageOperatingSystem === undefined ? '' : ` for ${packageOperatingSystem}`;
  return problem(
    'PACKAGE_MISSING',
    'PKG10014',
    `There is no package of version ${obVersion}${system} for these hosts.`,
    {
      next: `Add the package of version ${obVersion} to the inventory.`,
      details: { obVersion },
    },
  );
}

function problem(code: string, ocpCode: string, message: string, more: Pick<Problem, 'next' | 'details'>): Problem {
  return { code, message, next: more.next, details: { ocpCode, ...more.details } };
}
