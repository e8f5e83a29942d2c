import { Type, type Static } from 'typebox';
import type { HostRecord, HostStatus, ServiceType } from '../../oceanbase/index.ts';
import { integerOrNull, textOrNull } from './or-null.ts';
import { rowTime } from './times.ts';

/** The documented words for the state of a host. */
export const hostStatuses = [
  'NEW',
  'AVAILABLE',
  'ONLINE',
  'OFFLINE',
  'DELETING',
] as const satisfies readonly HostStatus[];

/** The documented kinds of services. */
export const serviceTypes = [
  'OB_CLUSTER',
  'OB_PROXY',
  'OCP_AGENT',
  'BACKUP_AGENT',
  'RESTORE_AGENT',
  'BACKUP_RESTORE_AGENT',
  'OMS',
] as const satisfies readonly ServiceType[];

const hostServiceSchema = Type.Object(
  {
    name: Type.String({ description: 'Of a cluster `name:obClusterId`.', examples: ['ob_upgrade:22'] }),
    type: Type.Enum(serviceTypes),
    version: Type.String({ examples: ['2.2.75'] }),
    softwarePackageId: integerOrNull(),
  },
  { title: 'HostService', additionalProperties: false },
);

/** A host as OCP answers it. */
export const hostSchema = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    alias: textOrNull(),
    description: textOrNull(),
    innerIpAddress: Type.String({ description: 'Where its servers are reached by their cluster.' }),
    sshPort: Type.Integer(),
    kind: Type.String({ examples: ['DEDICATED_PHYSICAL_MACHINE', 'DEDICATED_CONTAINER'] }),
    publishPorts: textOrNull(),
    architecture: textOrNull({ examples: ['x86_64', 'aarch64'] }),
    operatingSystem: textOrNull({ description: "The kernel's own description of itself." }),
    operatingSystemRelease: textOrNull(),
    serialNumber: textOrNull(),
    idcId: integerOrNull(),
    idcName: textOrNull(),
    idcDescription: textOrNull(),
    regionId: integerOrNull(),
    regionName: textOrNull(),
    regionDescription: textOrNull(),
    typeId: integerOrNull(),
    typeName: textOrNull(),
    typeDescription: textOrNull(),
    hostAgentId: integerOrNull(),
    hostAgentVersion: textOrNull(),
    hostAgentStatus: textOrNull({
      description: 'AVAILABLE, RESTARTING, STOPPING, REINSTALLING, OFFLINE or DELETED.',
      examples: ['AVAILABLE'],
    }),
    services: Type.Array(hostServiceSchema),
    status: Type.Enum(hostStatuses, {
      description: 'NEW: no agent yet. AVAILABLE: free. ONLINE: carries a service.',
    }),
    createTime: Type.String({ examples: ['2021-03-02T11:06:34.345+08:00'] }),
    updateTime: Type.String(),
  },
  { title: 'Host', additionalProperties: false },
);

/** A host as OCP answers it; what is not known is null. */
export type OcpHost = Static<typeof hostSchema>;

/** A host for the wire. How it is logged in to, and where things stand on it, stays behind. */
export function toHost(host: HostRecord, writing: { readonly utcOffsetMinutes: number }): OcpHost {
  return {
    id: host.id,
    name: host.name,
    alias: host.alias,
    description: host.description,
    innerIpAddress: host.innerIpAddress,
    sshPort: host.sshPort,
    kind: host.kind,
    publishPorts: host.publishPorts,
    architecture: host.architecture,
    operatingSystem: host.operatingSystem,
    operatingSystemRelease: host.operatingSystemRelease,
    serialNumber: host.serialNumber,
    idcId: host.idcId,
    idcName: host.idcName,
    idcDescription: host.idcDescription,
    regionId: host.regionId,
    regionName: host.regionName,
    regionDescription: host.regionDescription,
    typeId: host.typeId,
    typeName: host.typeName,
    typeDescription: host.typeDescription,
    hostAgentId: host.hostAgentId,
    hostAgentVersion: host.hostAgentVersion,
    hostAgentStatus: host.hostAgentStatus,
    services: host.services.map(({ name, type, version, softwarePackageId }) => ({
      name,
      type,
      version,
      softwarePackageId,
    })),
    status: host.status,
    createTime: rowTime(host.createTimeMs, writing),
    updateTime: rowTime(host.updateTimeMs, writing),
  };
}
