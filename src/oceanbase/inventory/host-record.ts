import type { SecretRef } from './secret-ref.ts';

/** NEW: no agent yet. AVAILABLE: free. ONLINE: carries a service. */
export type HostStatus = 'NEW' | 'AVAILABLE' | 'ONLINE' | 'OFFLINE' | 'DELETING';

/** A kind of service that a host carries. */
export type ServiceType =
  'OB_CLUSTER' | 'OB_PROXY' | 'OCP_AGENT' | 'BACKUP_AGENT' | 'RESTORE_AGENT' | 'BACKUP_RESTORE_AGENT' | 'OMS';

/** A service that a host carries. */
export interface HostService {
  /** For a cluster `name:obClusterId`. */
  readonly name: string;
  readonly type: ServiceType;
  readonly version: string;
  readonly softwarePackageId: number | null;
}

/** One machine: how it is reached, where things stand on it, what it carries. */
export interface HostRecord {
  readonly id: number;
  readonly name: string;
  readonly alias: string | null;
  readonly description: string | null;
  /** Where its servers are reached by the cluster. */
  readonly innerIpAddress: string;
  /** Where it is reached over SSH when that differs from `innerIpAddress`. */
  readonly sshHost: string | null;
  readonly sshPort: number;
  readonly user: string;
  /** Where the private key is to be found; the key itself is never kept. */
  readonly key: SecretRef;
  /** The host's public key, one line. Any other is refused. */
  readonly hostKey: string;
  /** Whether packages are installed through `sudo -n`, since the user is not root. */
  readonly sudo: boolean;
  /** Where OceanBase is installed. */
  readonly homePath: string;
  readonly dataPath: string;
  readonly logPath: string;
  readonly agentPath: string;
  readonly sqlPort: number;
  readonly rpcPort: number;
  /** Parameters of an observer on this host; a run's own come before them. */
  readonly startupParameters: Readonly<Record<string, string>>;
  readonly status: HostStatus;
  readonly services: readonly HostService[];
  readonly kind: string;
  readonly publishPorts: string | null;
  /** As `uname -m` prints it; null while unknown. */
  readonly architecture: string | null;
  /** The kernel's own description of itself. */
  readonly operatingSystem: string | null;
  readonly operatingSystemRelease: string | null;
  readonly serialNumber: string | null;
  readonly idcId: number | null;
  readonly idcName: string | null;
  readonly idcDescription: string | null;
  readonly regionId: number | null;
  readonly regionName: string | null;
  readonly regionDescription: string | null;
  readonly typeId: number | null;
  readonly typeName: string | null;
  readonly typeDescription: string | null;
  readonly hostAgentId: number | null;
  readonly hostAgentVersion: string | null;
  readonly hostAgentStatus: string | null;
  /** Whose import keeps this row, such as `sandbox`; null when people keep it. */
  readonly origin: string | null;
  /** Epoch milliseconds. */
  readonly createTimeMs: number;
  readonly updateTimeMs: number;
}

/** The cluster's name among the services of a host. */
export function clusterServiceName(cluster: { readonly name: string; readonly obClusterId: number }): string {
  return `${cluster.name}:${cluster.obClusterId}`;
}

/** The host without the service of a cluster; AVAILABLE again when that was its only one. */
export function withoutService(
  host: HostRecord,
  cluster: { readonly name: string; readonly obClusterId: number },
  nowMs: number,
): HostRecord {
  const services = host.services.filter(
    ({ type, name }) => type !== 'OB_CLUSTER' || name !== clusterServiceName(cluster),
  );
  const status = services.length === 0 && host.status === 'ONLINE' ? 'AVAILABLE' : host.status;
  return { ...host, services, status, updateTimeMs: nowMs };
}
