import { Type, type Static } from 'typebox';
import type { ServerRecord, ServerStatus } from '../../oceanbase/index.ts';
import type { InventoryIndex } from './inventory-index.ts';
import { textOrNull } from './or-null.ts';
import { databaseTime, rowTime } from './times.ts';

const serverStatuses = [
  'CREATING',
  'RUNNING',
  'STOPPING',
  'STOPPED',
  'STARTING',
  'RESTARTING',
  'DELETING',
  'UNAVAILABLE',
  'OPERATING',
  'DELETED',
] as const satisfies readonly ServerStatus[];

/** A server of a cluster as OCP answers it. */
export const serverSchema = Type.Object(
  {
    id: Type.Integer(),
    ip: Type.String(),
    port: Type.Integer({ description: 'Where other servers reach it.', examples: [2882] }),
    sqlPort: Type.Integer({ examples: [2881] }),
    version: Type.String({ examples: ['2.2.75'] }),
    withRootserver: Type.Boolean(),
    status: Type.Enum(serverStatuses),
    innerStatus: textOrNull({
      description: 'As the cluster sees it; null before it does.',
      examples: ['ACTIVE', 'INACTIVE', 'DELETING'],
    }),
    clusterId: Type.Integer(),
    zoneName: Type.String(),
    regionName: textOrNull(),
    idcName: textOrNull(),
    hostId: Type.Integer(),
    hostTypeName: textOrNull(),
    startTime: textOrNull({ description: 'When it began to serve.' }),
    stopTime: textOrNull({ description: 'When an operator stopped it; the epoch while none has, as OCP prints it.' }),
    updateTime: Type.String({ examples: ['2021-03-02T11:06:34.345+08:00'] }),
    availableOperations: Type.Array(Type.String()),
  },
  { title: 'Server', additionalProperties: false },
);

/** A server as OCP answers it; what is not known is null. */
export type OcpServer = Static<typeof serverSchema>;

/** A server for the wire. */
export function toServer(server: ServerRecord, index: InventoryIndex): OcpServer {
  return {
    id: server.id,
    ip: server.ip,
    port: server.rpcPort,
    sqlPort: server.sqlPort,
    version: server.version,
    withRootserver: server.withRootServer,
    status: server.status,
    innerStatus: server.innerStatus,
    clusterId: server.clusterId,
    zoneName: server.zoneName,
    ...placeOfServer(server, index),
    hostId: server.hostId,
    hostTypeName: index.host(server.hostId)?.typeName ?? null,
    startTime: databaseTime(server.startTime, index),
    stopTime: databaseTime(server.stopTime, index) ?? rowTime(0, index),
    updateTime: rowTime(server.updateTimeMs, index),
    availableOperations: [...server.availableOperations],
  };
}

/** Where a server stands: what its zone says, else what its host says. */
function placeOfServer(
  { clusterId, zoneName, hostId }: ServerRecord,
  index: InventoryIndex,
): Pick<OcpServer, 'regionName' | 'idcName'> {
  const zone = index.zone({ clusterId, name: zoneName });
  const host = index.host(hostId);
  return {
    regionName: zone?.regionName ?? host?.regionName ?? null,
    idcName: zone?.idcName ?? host?.idcName ?? null,
  };
}
