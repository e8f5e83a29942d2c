import type {
  ClusterDescription,
  HostDescription,
  PackageDescription,
  ZoneDescription,
} from '../inventory/inventory-description.ts';

/** What an inventory file describes, with every default filled in and every path absolute. */
export interface FleetDescription {
  readonly clusters: readonly DescribedCluster[];
  readonly hosts: readonly DescribedHost[];
  readonly packages: readonly DescribedPackage[];
}

type Kept<Row, Optional extends keyof Row> = Readonly<Required<Pick<Row, Optional>>>;

/** A cluster with its zones. */
export type DescribedCluster = Pick<
  ClusterDescription,
  'id' | 'name' | 'obClusterId' | 'obVersion' | 'rootServers' | 'sqlAddresses' | 'sysUser' | 'password'
> &
  Kept<ClusterDescription, 'hostRequirements' | 'startupParameters'> & { readonly zones: readonly DescribedZone[] };

/** A zone of a cluster. */
export type DescribedZone = Kept<ZoneDescription, 'name' | 'idcName' | 'regionName'>;

/** A host, and where a server runs on it already. */
export type DescribedHost = Kept<
  HostDescription,
  | 'id'
  | 'name'
  | 'innerIpAddress'
  | 'sshHost'
  | 'sshPort'
  | 'user'
  | 'key'
  | 'hostKey'
  | 'sudo'
  | 'homePath'
  | 'dataPath'
  | 'logPath'
  | 'agentPath'
  | 'sqlPort'
  | 'rpcPort'
  | 'startupParameters'
  | 'architecture'
  | 'operatingSystem'
  | 'regionName'
  | 'idcName'
> & { readonly server: { readonly clusterId: number; readonly zoneName: string } | null };

/** A package. */
export type DescribedPackage = Kept<
  PackageDescription,
  | 'id'
  | 'name'
  | 'fileName'
  | 'path'
  | 'downloadUrl'
  | 'size'
  | 'sha256'
  | 'version'
  | 'buildNumber'
  | 'operatingSystem'
  | 'architecture'
>;
