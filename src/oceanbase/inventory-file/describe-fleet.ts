import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { documentedHostRequirements, type HostRequirements } from '../inventory/host-requirements.ts';
import type { SecretRef } from '../inventory/secret-ref.ts';
import type { DescribedCluster, DescribedHost, DescribedPackage, FleetDescription } from './fleet-description.ts';
import type {
  ClusterEntry,
  DefaultsEntry,
  HostEntry,
  InventoryEntries,
  PackageEntry,
  SecretEntry,
} from './inventory-schema.ts';

/** The documented places and ports, for what neither an entry nor the defaults say. */
const documented = Object.freeze({
  ssh: { host: null, port: 22, user: '', key: {}, hostKey: '' },
  ports: { sql: 2881, rpc: 2882 },
  directories: {
    home: '/home/admin/oceanbase',
    data: '/data/1',
    log: '/data/log1',
    agent: '/home/admin/ocp_agent',
  },
  place: { architecture: null, operatingSystem: null, region: null, idc: null },
  sysUser: 'root@sys',
});

/** What a checked file describes. `file` is its absolute path: paths in it are relative to where it stands. */
export function describeFleet(entries: InventoryEntries, file: string): FleetDescription {
  const { defaults = {}, clusters = [], hosts = [], packages = [] } = entries;
  return {
    clusters: clusters.map((entry) => describeCluster(entry, file)),
    hosts: hosts.map((entry) => describeHost(entry, defaults.hosts ?? {}, file)),
    packages: packages.map((entry, index) =>
      describePackage({ ...defaults.packages, ...entry, id: entry.id ?? index + 1 }, file),
    ),
  };
}

/** The absolute path that a path of the file means: `~/` is this user's home. */
export function localPath(path: string, file: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(dirname(file), path);
}

/** A host as it is written, completed with the defaults. */
function withDefaults(entry: HostEntry, defaults: NonNullable<DefaultsEntry['hosts']>): HostEntry {
  return {
    ...defaults,
    ...entry,
    ssh: { ...defaults.ssh, ...entry.ssh },
    directories: { ...defaults.directories, ...entry.directories },
    ports: { ...defaults.ports, ...entry.ports },
    startupParameters: { ...defaults.startupParameters, ...entry.startupParameters },
  };
}

/** The file name of a package: what it says, else the last part of where it is. Empty when there is none. */
export function fileNameOf({ fileName, path, url }: Pick<Partial<PackageEntry>, 'fileName' | 'path' | 'url'>): string {
  if (fileName !== undefined) return fileName;
  if (path !== undefined) return basename(path);
  return url !== undefined && URL.canParse(url) ? decodeURIComponent(basename(new URL(url).pathname)) : '';
}

function describeCluster(entry: ClusterEntry, file: string): DescribedCluster {
  const { id, name, obClusterId, obVersion, sql, zones, startupParameters, hostRequirements } = entry;
  const rootServers = entry.rootServers.map((server, index) => ({
    ip: server.ip,
    rpcPort: server.rpcPort ?? documented.ports.rpc,
    sqlPort: server.sqlPort ?? documented.ports.sql,
    role: server.role ?? (index === 0 ? ('LEADER' as const) : ('FOLLOWER' as const)),
  }));
  const roots = rootServers.map(({ ip, sqlPort }) => ({ host: ip, port: sqlPort }));
  const told = sql.addresses?.map(({ host, port = documented.ports.sql }) => ({ host, port }));
  return {
    ...{ id, name, obClusterId, obVersion, rootServers },
    sqlAddresses: told ?? roots,
    sysUser: sql.user ?? documented.sysUser,
    password: secretOf(sql.password, file),
    hostRequirements: requirementsOf(hostRequirements ?? {}),
    startupParameters: texts(startupParameters),
    zones: zones.map((zone) => ({ name: zone.name, idcName: zone.idc ?? null, regionName: zone.region ?? null })),
  };
}

function describeHost(entry: HostEntry, defaults: NonNullable<DefaultsEntry['hosts']>, file: string): DescribedHost {
  const told = withDefaults(entry, defaults);
  const ssh = { ...documented.ssh, ...given(told.ssh ?? {}) };
  const directories = { ...documented.directories, ...given(told.directories ?? {}) };
  const ports = { ...documented.ports, ...given(told.ports ?? {}) };
  const place = { ...documented.place, ...given(told) };
  return {
    ...{ id: told.id, name: told.name ?? `host-${told.id}`, innerIpAddress: told.address },
    ...{ sshHost: ssh.host, sshPort: ssh.port, user: ssh.user, key: secretOf(ssh.key, file), hostKey: ssh.hostKey },
    sudo: told.become === 'sudo',
    ...{ homePath: directories.home, dataPath: directories.data },
    ...{ logPath: directories.log, agentPath: directories.agent },
    ...{ sqlPort: ports.sql, rpcPort: ports.rpc, startupParameters: texts(told.startupParameters) },
    ...{ architecture: place.architecture, operatingSystem: place.operatingSystem },
    ...{ regionName: place.region, idcName: place.idc },
    server: told.server ? { clusterId: told.server.cluster, zoneName: told.server.zone } : null,
  };
}

type Given<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** The fields that are there, so that they can be laid over defaults. */
function given<Fields extends object>(fields: Fields): Given<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
}

function describePackage(entry: PackageEntry & { readonly id: number }, file: string): DescribedPackage {
  const { id, path, url, size = null, sha256, version = '', build = '', os = '', architecture = '' } = entry;
  const fileName = fileNameOf(entry);
  return {
    ...{ id, name: entry.name ?? nameIn(fileName), fileName, sha256, size, version, buildNumber: build },
    ...{ path: path === undefined ? null : localPath(path, file), downloadUrl: url ?? null },
    ...{ operatingSystem: os, architecture },
  };
}

/** An rpm's file name is name-version-release.architecture.rpm; the name itself may hold dashes. */
function nameIn(fileName: string): string {
  return /^(.+)-[^-]+-[^-]+\.rpm$/.exec(fileName)?.[1] ?? fileName.replace(/\.rpm$/, '');
}

function secretOf({ env, file: secretFile, command }: SecretEntry, file: string): SecretRef {
  if (env !== undefined) return { env };
  return secretFile === undefined ? { command: command ?? [] } : { file: localPath(secretFile, file) };
}

function texts(parameters: HostEntry['startupParameters']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parameters ?? {}).map(([name, value]) => [name, String(value)]));
}

const units: Readonly<Record<string, number>> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

function requirementsOf(told: NonNullable<ClusterEntry['hostRequirements']>): HostRequirements {
  const bytes = Object.entries(given(told)).map(([name, size]) => [name, bytesOf(size)] as const);
  return { ...documentedHostRequirements, ...(Object.fromEntries(bytes) as Partial<HostRequirements>) };
}

function bytesOf(size: number | string): number {
  if (typeof size === 'number') return size;
  const [, count = '0', unit = ''] = /^(\d+) ?([KMGT])iB$/.exec(size) ?? [];
  return Number(count) * (units[unit] ?? 1);
}
