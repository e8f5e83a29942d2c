import { memoryStore, type Admission, type Tables } from 'precede';
import {
  documentedHostRequirements,
  importInventory,
  inventoryOf,
  type HostDescription,
  type Inventory,
  type InventoryDescription,
} from 'precede/oceanbase';
import workflow from '../../../workflows/add-ob-server/index.ts';

/** Cluster 21 with one server in each of two zones, hosts 1 to 5 free, one package. */
export const description: InventoryDescription = {
  origin: 'test',
  cluster: {
    ...{ id: 21, name: 'ob_upgrade', obClusterId: 22, obVersion: '2.2.75', sysUser: 'root@sys' },
    rootServers: [{ ip: '10.0.0.101', rpcPort: 2882, sqlPort: 2881, role: 'LEADER' }],
    sqlAddresses: [{ host: '10.0.0.101', port: 2881 }],
    password: { env: 'NOBODY_READS_THIS' },
    hostRequirements: documentedHostRequirements,
  },
  zones: [
    { name: 'zone1', idcName: 'idc1', regionName: 'north' },
    { name: 'zone2', idcName: 'idc2', regionName: 'north' },
  ],
  hosts: [{ ...host(101), zoneName: 'zone1' }, { ...host(102), zoneName: 'zone2' }, ...[1, 2, 3, 4, 5].map(host)],
  packages: [
    {
      ...{ id: 9, name: 'oceanbase', fileName: 'oceanbase-2.2.75-20210108170301.el7.x86_64.rpm', version: '2.2.75' },
      ...{ path: '/packages/oceanbase.rpm', size: 1, sha256: '00', operatingSystem: 'el7', architecture: 'x86_64' },
    },
  ],
};

/** A host of the test inventory. */
export function host(id: number): HostDescription {
  return {
    ...{
      id,
      name: `host${id}`,
      innerIpAddress: `10.0.0.${id}`,
      sshPort: 22,
      user: 'admin',
      sqlPort: 2881,
      rpcPort: 2882,
    },
    ...{
      key: { file: '/key' },
      hostKey: `ssh-ed25519 KEY${id}`,
      homePath: '/home/admin/oceanbase',
      architecture: 'x86_64',
    },
    ...{ dataPath: '/data/1', logPath: '/data/log1', agentPath: '/home/admin/ocp_agent' },
  };
}

/** A memory store that holds the test inventory, changed by `change`. */
export async function knownStore(change: (inventory: Inventory) => Promise<void> = async () => {}) {
  const store = memoryStore();
  await store.transact(async (tables) => {
    await importInventory(tables, description, 1_000);
    await change(inventoryOf(tables));
  });
  return store;
}

export type KnownStore = Awaited<ReturnType<typeof knownStore>>;

/** What the workflow's own schema makes of raw input. */
export function parsed(raw: unknown): unknown {
  const result = workflow.inputSchema['~standard'].validate(raw);
  if (result instanceof Promise || result.issues) throw new Error(`bad test input: ${JSON.stringify(result)}`);
  return result.value;
}

/** Admits a run in a transaction of its own, as the commit that creates a run does. */
export function admitted(store: KnownStore, raw: unknown, runId = 7): Promise<Admission> {
  return store.transact((tables) => workflow.hooks.admit({ input: parsed(raw), tables, runId, nowMs: 2_000 }));
}

/** All rows of the inventory. */
export function allRows(store: KnownStore) {
  return store.transact(async (tables: Tables) => {
    const { clusters, zones, servers, hosts, packages } = inventoryOf(tables);
    return {
      clusters: await clusters.list(),
      zones: await zones.list(),
      servers: await servers.list(),
      hosts: await hosts.list(),
      packages: await packages.list(),
    };
  });
}
