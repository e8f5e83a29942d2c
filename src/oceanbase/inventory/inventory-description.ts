import type { ClusterRecord } from './cluster-record.ts';
import type { HostRecord } from './host-record.ts';
import type { PackageRecord } from './package-record.ts';
import type { ZoneRecord } from './zone-record.ts';

/** A cluster with its zones, hosts and packages, as somebody describes it from outside. */
export interface InventoryDescription {
  /** Who describes; rows of the same origin that are no longer described go away. */
  readonly origin: string;
  readonly cluster: ClusterDescription;
  readonly zones: readonly ZoneDescription[];
  readonly hosts: readonly HostDescription[];
  readonly packages: readonly PackageDescription[];
}

type ClusterFacts =
  'id' | 'name' | 'obClusterId' | 'obVersion' | 'rootServers' | 'sqlAddresses' | 'sysUser' | 'password';

/** The facts that a cluster cannot be without, and any of the others. */
export type ClusterDescription = Pick<ClusterRecord, ClusterFacts | 'hostRequirements'> & Partial<ClusterRecord>;

/** A zone of the described cluster. */
export type ZoneDescription = Pick<ZoneRecord, 'name'> & Partial<ZoneRecord>;

type HostPlaces = 'innerIpAddress' | 'sshPort' | 'user' | 'key' | 'hostKey' | 'sqlPort' | 'rpcPort';
type HostPaths = 'homePath' | 'dataPath' | 'logPath' | 'agentPath';

/** The facts that a host cannot be without, and any of the others. */
export type HostDescription = Pick<HostRecord, 'id' | 'name' | HostPlaces | HostPaths> &
  Partial<HostRecord> & {
    /** The zone in which a server of the described cluster runs on it; a free host has none. */
    readonly zoneName?: string | undefined;
  };

type PackageFacts = 'id' | 'name' | 'fileName' | 'path' | 'size' | 'sha256' | 'version';

/** The facts that a package cannot be without, and any of the others. */
export type PackageDescription = Pick<PackageRecord, PackageFacts | 'operatingSystem' | 'architecture'> &
  Partial<PackageRecord>;

/** A new cluster row, RUNNING. */
export function clusterRow(description: ClusterDescription, origin: string | null, nowMs: number): ClusterRecord {
  return {
    type: 'PRIMARY',
    status: 'RUNNING',
    formerStatus: null,
    operatingRunId: null,
    startupParameters: {},
    tenantCount: null,
    partitionCount: null,
    delayTime: null,
    syncStatus: null,
    primaryClusterId: null,
    standbyClusterIds: [],
    creator: null,
    createTimeMs: nowMs,
    updateTimeMs: nowMs,
    failToQueryFromObReason: null,
    ...description,
    origin,
  };
}

/** A new zone row, RUNNING. */
export function zoneRow(description: ZoneDescription, clusterId: number): ZoneRecord {
  return {
    idcId: null,
    idcName: null,
    regionName: null,
    status: 'RUNNING',
    formerStatus: null,
    innerStatus: 'ACTIVE',
    operateStatus: 'NORMAL',
    compactionStatus: null,
    ...description,
    clusterId,
  };
}

/** A new host row, AVAILABLE. */
export function hostRow(description: HostDescription, origin: string | null, nowMs: number): HostRecord {
  const { zoneName, ...facts } = description;
  const status = zoneName === undefined ? 'AVAILABLE' : 'ONLINE';
  return { ...unknownHostFacts, status, services: [], createTimeMs: nowMs, updateTimeMs: nowMs, ...facts, origin };
}

/** A new package row. */
export function packageRow(description: PackageDescription): PackageRecord {
  return {
    extension: 'rpm',
    sha1: null,
    downloadUrl: null,
    type: 'OB_CLUSTER',
    buildNumber: '',
    deletable: true,
    ...description,
  };
}

const unknownHostFacts = Object.freeze({
  alias: null,
  description: null,
  sshHost: null,
  sudo: false,
  startupParameters: {},
  kind: 'DEDICATED_PHYSICAL_MACHINE',
  publishPorts: null,
  architecture: null,
  operatingSystem: null,
  operatingSystemRelease: null,
  serialNumber: null,
  idcId: null,
  idcName: null,
  idcDescription: null,
  regionId: null,
  regionName: null,
  regionDescription: null,
  typeId: null,
  typeName: null,
  typeDescription: null,
  hostAgentId: null,
  hostAgentVersion: null,
  hostAgentStatus: null,
});
