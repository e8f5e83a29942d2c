import { stringify } from 'yaml';
import { isDeepStrictEqual } from 'node:util';
import type { SecretRef } from '../inventory/secret-ref.ts';
import type { DescribedCluster, DescribedHost, DescribedPackage, FleetDescription } from './fleet-description.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The text of a file that describes exactly this: `readInventoryFile` gives it back. No secret is in it. */
export function writeInventory(fleet: FleetDescription): string {
  const text = stringify(inventoryEntries(fleet), { lineWidth: 0, aliasDuplicateObjects: false });
  return `# yaml-language-server: $schema=inventory.schema.json\n${text}`;
}

/** The same as plain data, which is an inventory file as JSON. */
export function inventoryEntries({ clusters, hosts, packages }: FleetDescription): Fields {
  const { shared, rest } = factoredOut(hosts.map(hostFields));
  return present({
    version: 1,
    defaults: Object.keys(shared).length === 0 ? undefined : { hosts: nested(shared) },
    clusters: clusters.map(clusterFields),
    hosts: rest.map(nested),
    packages: packages.map(packageFields),
  });
}

/** What all hosts have in common is written once. */
function factoredOut(hosts: readonly Fields[]): { readonly shared: Fields; readonly rest: readonly Fields[] } {
  const [first = {}] = hosts;
  const common = Object.entries(first).filter(
    ([field, value]) =>
      !ownFields.has(field) && hosts.length > 1 && hosts.every((host) => isDeepStrictEqual(host[field], value)),
  );
  const shared = Object.fromEntries(common);
  const rest = hosts.map((host) =>
    Object.fromEntries(Object.entries(host).filter(([field]) => !Object.hasOwn(shared, field))),
  );
  return { shared, rest };
}

/** What no two hosts share, or what says which host it is. */
const ownFields: ReadonlySet<string> = new Set(['id', 'name', 'address', 'ssh.host', 'ssh.hostKey', 'server']);

/** A host with flat fields; `ssh.port` is `port` within `ssh`. */
function hostFields(host: DescribedHost): Fields {
  return present({
    id: host.id,
    name: host.name,
    address: host.innerIpAddress,
    'ssh.host': host.sshHost ?? undefined,
    'ssh.port': host.sshPort,
    'ssh.user': host.user,
    'ssh.key': secretFields(host.key),
    'ssh.hostKey': host.hostKey,
    become: host.sudo ? 'sudo' : 'none',
    directories: { home: host.homePath, data: host.dataPath, log: host.logPath, agent: host.agentPath },
    ports: { sql: host.sqlPort, rpc: host.rpcPort },
    startupParameters: parameterFields(host.startupParameters),
    architecture: host.architecture ?? undefined,
    operatingSystem: host.operatingSystem ?? undefined,
    region: host.regionName ?? undefined,
    idc: host.idcName ?? undefined,
    server: host.server ? { cluster: host.server.clusterId, zone: host.server.zoneName } : undefined,
  });
}

function nested(fields: Fields): Fields {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const [outer = name, inner] = name.split('.');
    result[outer] = inner === undefined ? value : { ...(result[outer] as Fields | undefined), [inner]: value };
  }
  return result;
}

function clusterFields(cluster: DescribedCluster): Fields {
  const { id, name, obClusterId, obVersion, rootServers, sqlAddresses, sysUser, password, zones } = cluster;
  return present({
    ...{ id, name, obClusterId, obVersion, rootServers },
    sql: { user: sysUser, password: secretFields(password), addresses: sqlAddresses },
    zones: zones.map((zone) =>
      present({ name: zone.name, region: zone.regionName ?? undefined, idc: zone.idcName ?? undefined }),
    ),
    startupParameters: parameterFields(cluster.startupParameters),
    hostRequirements: cluster.hostRequirements,
  });
}

function packageFields(row: DescribedPackage): Fields {
  const { id, name, fileName, path, downloadUrl, sha256, size, version, buildNumber, architecture } = row;
  return present({
    ...{ id, name, path: path ?? undefined, url: downloadUrl ?? undefined, fileName, sha256, size: size ?? undefined },
    ...{ version, build: buildNumber === '' ? undefined : buildNumber, os: row.operatingSystem, architecture },
  });
}

function secretFields(secret: SecretRef): Fields {
  return { ...secret };
}

function parameterFields(parameters: Readonly<Record<string, string>>): Fields | undefined {
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
