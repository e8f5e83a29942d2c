import { Type, type Static } from 'typebox';
import type { InventoryIndex } from '../inventory/inventory-index.ts';
import { toServer, type OcpServer } from '../inventory/server.ts';

/** How a caller asks for the servers of a cluster. */
export const serverListQuery = Type.Object(
  {
    regionName: Type.Optional(Type.String({ description: 'Only servers in this region.' })),
    idcName: Type.Optional(Type.String({ description: 'Only servers in this data centre.' })),
  },
  { title: 'ServerListQuery', additionalProperties: false },
);

/** How a caller asks for the servers of a cluster. */
export type ServerListQuery = Static<typeof serverListQuery>;

/** The servers of a cluster that are asked for; none of a cluster that is not known. An empty name asks for nothing. */
export function listServers(index: InventoryIndex, clusterId: number, query: ServerListQuery): OcpServer[] {
  const { regionName = '', idcName = '' } = query;
  return index
    .serversOf(clusterId)
    .map((server) => toServer(server, index))
    .filter((server) => regionName === '' || server.regionName === regionName)
    .filter((server) => idcName === '' || server.idcName === idcName);
}
