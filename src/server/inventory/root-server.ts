import { Type, type Static } from 'typebox';
import type { RootServer } from '../../oceanbase/index.ts';

/** A root server as OCP answers it. */
export const rootServerSchema = Type.Object(
  {
    address: Type.String({ examples: ['10.0.0.101:2882'] }),
    role: Type.Enum(['LEADER', 'FOLLOWER']),
    sql_port: Type.Integer({ examples: [2881] }),
  },
  { title: 'RootServer', additionalProperties: false },
);

/** A root server as OCP answers it. */
export type OcpRootServer = Static<typeof rootServerSchema>;

/** A root server for the wire. */
export function toRootServer({ ip, rpcPort, sqlPort, role }: RootServer): OcpRootServer {
  return { address: `${ip}:${rpcPort}`, role, sql_port: sqlPort };
}
