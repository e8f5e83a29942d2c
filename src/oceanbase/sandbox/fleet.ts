import type { AddressPlan } from './addresses.ts';
import { faultsOfHost } from './faults.ts';
import { loginUser } from './host/host-files.ts';
import type { ClusterFacts, HostConfig } from './host-config.ts';
import type { KeyPair } from './keys.ts';
import { hostPaths, sandboxPaths } from './layout.ts';
import type { ClusterState } from './observer/cluster-state.ts';
import { nativePasswordHash } from './observer/native-password.ts';
import { machineArchitecture } from './rpm/package-file.ts';
import type { SandboxAccess, SandboxCluster, SandboxHost, SandboxPackage } from './sandbox-access.ts';
import type { ResolvedOptions } from './sandbox-options.ts';
import { standInNotice } from './stand-in-notice.ts';

/** Everything about a sandbox that is decided before anything starts. */
export interface Fleet {
  readonly sandboxId: string;
  readonly token: string;
  readonly dir: string;
  readonly options: ResolvedOptions;
  readonly addresses: AddressPlan;
  readonly password: string;
  readonly clientKey: KeyPair;
  /** One a host, by id. */
  readonly hostKeys: ReadonlyMap<number, KeyPair>;
}

const cluster = { id: 1, name: 'sandbox', obClusterId: 1_001 } as const;

/** The ids of all hosts: first those to add, then the members. */
export function hostIdsOf({ hostIds, members }: ResolvedOptions): readonly number[] {
  return [...hostIds, ...members.map(({ id }) => id)];
}

/** What the stand-in programs on host `id` will know. */
export function hostConfigOf(fleet: Fleet, id: number): HostConfig {
  const { sandboxId, token, options } = fleet;
  const { ip, sqlPort, rpcPort } = fleet.addresses.host(id);
  const { rootPath, homePath, packageDatabasePath } = hostPaths(fleet.dir, id);
  const { startServiceDelayMs, deleteServerDelayMs } = options;
  return {
    ...{ sandboxId, token, owner: fleet.addresses.owner, id, ip, sqlPort, rpcPort },
    ...{ rootPath, homePath, packageDatabasePath, startServiceDelayMs, deleteServerDelayMs },
    release: options.release,
    faults: faultsOfHost(options.faults, { id, isRootServer: id === rootServerId(options) }),
    cluster: clusterFactsOf(fleet),
  };
}

/** The state with which the root server begins: all members there, none serving yet. */
export function clusterStateOf({ options, addresses }: Fleet, nowMs: number): ClusterState {
  const times = { createTimeMs: nowMs, modifyTimeMs: nowMs };
  return {
    nextServerId: options.members.length + 1,
    zones: options.zones.map((name) => ({ name, status: 'ACTIVE', region: 'sandbox', idc: 'loopback', ...times })),
    servers: options.members.map(({ id, zone }, index) => {
      const { ip, rpcPort, sqlPort } = addresses.host(id);
      return {
        ...{ id: index + 1, ip, port: rpcPort, sqlPort, zone, withRootserver: index === 0, status: 'ACTIVE', ...times },
        ...{ startServiceTimeMs: null, lastOfflineTimeMs: null, buildVersion: options.release.buildVersion },
      };
    }),
  };
}

/** The access description. */
export function accessOf(fleet: Fleet, packages: readonly SandboxPackage[]): SandboxAccess {
  const { dir, addresses, options } = fleet;
  const paths = sandboxPaths(dir);
  const root = addresses.host(rootServerId(options));
  return {
    dir,
    pid: process.pid,
    standIn: standInNotice,
    obVersion: options.release.obVersion,
    hosts: hostIdsOf(options).map((id) => hostAccessOf(fleet, id)),
    sql: { host: root.ip, port: root.sqlPort, user: 'root@sys', passwordFile: paths.passwordFile },
    sqlLog: paths.sqlLog,
    cluster: clusterOf(fleet),
    packages,
  };
}

/** The lines of a known_hosts file for all hosts of the sandbox. */
export function knownHostsOf(hosts: readonly SandboxHost[]): string {
  const lines = hosts.map(({ ssh }) => `${ssh.port === 22 ? ssh.host : `[${ssh.host}]:${ssh.port}`} ${ssh.hostKey}\n`);
  return lines.join('');
}

function hostAccessOf(fleet: Fleet, id: number): SandboxHost {
  const paths = hostPaths(fleet.dir, id);
  const { keyFile, knownHostsFile } = sandboxPaths(fleet.dir);
  const { ip, sshPort, sqlPort, rpcPort } = fleet.addresses.host(id);
  const member = fleet.options.members.find((one) => one.id === id);
  const hostKey = fleet.hostKeys.get(id)?.publicKey ?? '';
  return {
    id,
    name: member ? `sandbox-member-${id}` : `sandbox-host-${id}`,
    ...(member ? { role: 'member', zone: member.zone } : { role: 'free' }),
    ip,
    ssh: { host: ip, port: sshPort, user: loginUser, keyFile, hostKey, knownHostsFile },
    sqlPort,
    rpcPort,
    homePath: paths.homePath,
    dataPath: paths.dataPath,
    logPath: paths.logPath,
    agentPath: paths.agentPath,
    rootPath: paths.rootPath,
    operatingSystem: fleet.options.release.operatingSystem,
    architecture: machineArchitecture(),
    commandsLog: paths.commandsLog,
  };
}

function clusterOf({ options, addresses }: Fleet): SandboxCluster {
  return {
    ...cluster,
    obVersion: options.release.obVersion,
    zones: options.zones.map((name) => ({ name, region: 'sandbox', idc: 'loopback' })),
    servers: options.members.map(({ id, zone }, index) => {
      const { ip, rpcPort, sqlPort } = addresses.host(id);
      return { id: index + 1, hostId: id, zone, ip, port: rpcPort, sqlPort };
    }),
  };
}

function clusterFactsOf({ dir, options, addresses, password }: Fleet): ClusterFacts {
  const { ip, rpcPort, sqlPort } = addresses.host(rootServerId(options));
  return {
    id: cluster.obClusterId,
    name: cluster.name,
    passwordHash: nativePasswordHash(password),
    rootServer: { ip, rpcPort, sqlPort },
    sqlLog: sandboxPaths(dir).sqlLog,
  };
}

function rootServerId({ members }: ResolvedOptions): number {
  // The options are refused without a member.
  return members[0]?.id ?? 0;
}
