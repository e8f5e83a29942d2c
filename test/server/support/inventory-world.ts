import { importInventory, inventoryOf, type HostRecord } from '../../../src/oceanbase/index.ts';
import { standInHostRequirements } from '../../../src/oceanbase/index.ts';
import type { Store } from '../../../src/store/index.ts';

/** The password reference and the keys of the inventory: nothing of them may ever be seen. */
export const places = Object.freeze({ password: '/secrets/canary-password', key: '/secrets/canary-key' });

const zones = ['zone1', 'zone2', 'zone3'];
const createdAtMs = Date.UTC(2026, 0, 2, 3, 4, 5);

/**
 * Cluster 1 with a running server in each of its three zones (hosts 101 to 103), free hosts 1 to `hosts`, and four that
 * cannot be added: 201 OFFLINE, 202 NEW, 203 in another region, 204 with other processors, 205 in another IDC.
 */
export async function fillInventory(store: Store, { hosts = 8 }: { readonly hosts?: number } = {}): Promise<void> {
  await store.transact(async (tables) => {
    const free = Array.from({ length: hosts }, (_, index) => host(index + 1));
    const bad = [201, 202, 203, 204, 205].map((id) => host(id));
    await importInventory(
      tables,
      {
        origin: 'test',
        cluster: {
          id: 1,
          name: 'obtest',
          obClusterId: 1001,
          obVersion: '4.3.5.1',
          rootServers: [{ ip: '10.0.0.101', rpcPort: 2882, sqlPort: 2881, role: 'LEADER' }],
          sqlAddresses: [{ host: '10.0.0.101', port: 2881 }],
          sysUser: 'root@sys',
          password: { file: places.password },
          hostRequirements: standInHostRequirements,
        },
        zones: zones.map((name) => ({ name, regionName: 'hangzhou', idcName: 'hz-1' })),
        hosts: [...free, ...zones.map((zoneName, index) => ({ ...host(101 + index), zoneName })), ...bad],
        packages: [
          {
            id: 1,
            name: 'oceanbase-ce',
            fileName: 'oceanbase-ce-4.3.5.1-101000042024123456.el7.x86_64.rpm',
            path: '/packages/oceanbase-ce.rpm',
            size: 1000,
            sha256: 'a'.repeat(64),
            version: '4.3.5.1',
            buildNumber: '101000042024123456',
            operatingSystem: 'el7',
            architecture: 'x86_64',
          },
        ],
      },
      createdAtMs,
    );
    const changes: readonly (readonly [number, Partial<HostRecord>])[] = [
      [201, { status: 'OFFLINE' }],
      [202, { status: 'NEW' }],
      [203, { regionName: 'shanghai' }],
      [204, { architecture: 'aarch64' }],
      [205, { idcName: 'hz-2' }],
    ];
    const inventory = inventoryOf(tables);
    for (const [id, change] of changes) {
      const row = await inventory.hosts.get(id);
      if (row) await inventory.hosts.put({ ...row, ...change });
    }
  });
}

function host(id: number) {
  return {
    id,
    name: `host-${id}`,
    innerIpAddress: `10.0.${Math.floor(id / 250)}.${id % 250}`,
    sshPort: 22,
    user: 'admin',
    key: { file: places.key },
    hostKey: `ssh-ed25519 AAAA${id}`,
    sqlPort: 2881,
    rpcPort: 2882,
    homePath: '/home/admin/oceanbase',
    dataPath: '/data/1',
    logPath: '/data/log1',
    agentPath: '/home/admin/ocp_agent',
    architecture: 'x86_64',
    operatingSystem: 'Linux 3.10.0-327.ali2019.alios7.x86_64',
    idcName: 'hz-1',
    regionName: 'hangzhou',
  };
}
