import { addUser, hashPassword } from '../../../src/access/index.ts';
import { inventoryOf } from '../../../src/oceanbase/index.ts';
import type { Store } from '../../../src/store/index.ts';
import { fillInventory } from '../../server/support/inventory-world.ts';
import { hostOf } from './places.ts';
import { loadPassword } from './requests.ts';

/** A guess costs nearly nothing here. */
const cheap = Object.freeze({ logN: 4, r: 1, p: 1 });

export interface ManyClusters {
  readonly clusters: number;
  readonly spare: number;
}

/** Clusters 1 to `clusters` with three zones each, a free host for each and `spare` more, and two users. */
export async function fillClusters(store: Store, { clusters, spare }: ManyClusters): Promise<void> {
  await fillInventory(store);
  const passwordHash = await hashPassword(loadPassword, cheap);
  await store.transact(async (tables) => {
    await addUser(tables, { name: 'admin', roles: ['ADMIN'], passwordHash, nowMs: 0 });
    await addUser(tables, { name: 'other', roles: ['ADMIN'], passwordHash, nowMs: 0 });
    const inventory = inventoryOf(tables);
    const [cluster, host] = [await inventory.clusters.get(1), await inventory.hosts.get(1)];
    const zones = (await inventory.zones.list()).filter(({ clusterId }) => clusterId === 1);
    if (!cluster || !host) throw new Error('The inventory has no cluster 1 or no host 1.');
    for (let id = 2; id <= clusters; id += 1) {
      await inventory.clusters.put({ ...cluster, id, name: `cluster-${id}`, obClusterId: 1_000 + id });
      for (const zone of zones) await inventory.zones.put({ ...zone, clusterId: id });
    }
    for (let id = hostOf(1); id <= hostOf(clusters) + spare; id += 1) {
      const innerIpAddress = `10.${1 + Math.floor(id / 62_500)}.${Math.floor(id / 250) % 250}.${id % 250}`;
      await inventory.hosts.put({ ...host, id, name: `host-${id}`, innerIpAddress, hostKey: `ssh-ed25519 AAAA${id}` });
    }
  });
}
