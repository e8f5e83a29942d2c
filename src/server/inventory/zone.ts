import { Type, type Static } from 'typebox';
import type { ZoneRecord, ZoneStatus } from '../../oceanbase/index.ts';
import type { InventoryIndex } from './inventory-index.ts';
import { integerOrNull, orNull, textOrNull } from './or-null.ts';
import { rootServerSchema, toRootServer, type OcpRootServer } from './root-server.ts';
import { serverSchema, toServer } from './server.ts';

const zoneStatuses = [
  'RUNNING',
  'STOPPED',
  'STARTING',
  'STOPPING',
  'RESTARTING',
  'CREATING',
  'DELETING',
  'OPERATING',
] as const satisfies readonly ZoneStatus[];

/** A zone with its servers as OCP answers it. */
export const zoneSchema = Type.Object(
  {
    name: Type.String({ examples: ['zone1'] }),
    idcId: integerOrNull(),
    idcName: textOrNull(),
    regionName: textOrNull(),
    clusterId: Type.Integer(),
    obClusterId: integerOrNull({ description: "The database's own number for its cluster." }),
    serverCount: Type.Integer(),
    hostCount: Type.Integer({ description: 'Hosts that carry a server of the zone.' }),
    servers: Type.Array(serverSchema),
    innerStatus: Type.String({ description: 'As the cluster sees it.', examples: ['ACTIVE', 'INACTIVE'] }),
    status: Type.Enum(zoneStatuses),
    operateStatus: Type.String({ examples: ['NORMAL'] }),
    compactionStatus: textOrNull(),
    rootServer: orNull(rootServerSchema, { description: 'The root server that stands in the zone.' }),
  },
  { title: 'Zone', additionalProperties: false },
);

/** A zone as OCP answers it; what is not known is null. */
export type OcpZone = Static<typeof zoneSchema>;

/** A zone for the wire, with its servers. O(its servers). */
export function toZone(zone: ZoneRecord, index: InventoryIndex): OcpZone {
  const servers = index.serversIn(zone);
  return {
    name: zone.name,
    idcId: zone.idcId,
    idcName: zone.idcName,
    regionName: zone.regionName,
    clusterId: zone.clusterId,
    obClusterId: index.cluster(zone.clusterId)?.obClusterId ?? null,
    serverCount: servers.length,
    hostCount: new Set(servers.map(({ hostId }) => hostId)).size,
    servers: servers.map((server) => toServer(server, index)),
    innerStatus: zone.innerStatus,
    status: zone.status,
    operateStatus: zone.operateStatus,
    compactionStatus: zone.compactionStatus,
    rootServer: rootServerOf(zone, index),
  };
}

/** Of several root servers in one zone the one that leads, else the first. */
function rootServerOf(zone: ZoneRecord, index: InventoryIndex): OcpRootServer | null {
  const places = new Set(index.serversIn(zone).map(({ ip, rpcPort }) => `${ip}:${rpcPort}`));
  const here = (index.cluster(zone.clusterId)?.rootServers ?? [])
    .map(toRootServer)
    .filter(({ address }) => places.has(address));
  return here.find(({ role }) => role === 'LEADER') ?? here[0] ?? null;
}
