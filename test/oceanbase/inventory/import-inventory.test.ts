import { memoryStore, type Tables } from 'precede';
import { importInventory, inventoryOf, type InventoryDescription } from 'precede/oceanbase';
import { describe, expect, it } from 'vitest';
import { description, host } from '../../workflows/add-ob-server/known-inventory.ts';

type Store = ReturnType<typeof memoryStore>;

async function imported(store: Store, what: InventoryDescription = description): Promise<void> {
  await store.transact((tables) => importInventory(tables, what, 1_000));
}

function rows(store: Store) {
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

/** The same description from a sandbox that was made anew: other host keys. */
function madeAnew(): InventoryDescription {
  return { ...description, hosts: description.hosts.map((row) => ({ ...row, hostKey: `${row.hostKey}-NEW` })) };
}

describe('importing an inventory', () => {
  it('makes members RUNNING on hosts that are ONLINE, and the other hosts AVAILABLE', async () => {
    const store = memoryStore();
    await imported(store);
    const { clusters, zones, servers, hosts, packages } = await rows(store);
    expect(clusters).toMatchObject([
      { id: 21, status: 'RUNNING', type: 'PRIMARY', operatingRunId: null, origin: 'test' },
    ]);
    expect(zones.map(({ name, status }) => [name, status])).toEqual([
      ['zone1', 'RUNNING'],
      ['zone2', 'RUNNING'],
    ]);
    expect(servers).toMatchObject([
      { id: 1, hostId: 101, zoneName: 'zone1', ip: '10.0.0.101', status: 'RUNNING', withRootServer: true, runId: null },
      {
        id: 2,
        hostId: 102,
        zoneName: 'zone2',
        ip: '10.0.0.102',
        status: 'RUNNING',
        withRootServer: false,
        runId: null,
      },
    ]);
    expect(hosts.map(({ id, status }) => [id, status])).toEqual([
      ...[101, 102].map((id) => [id, 'ONLINE']),
      ...[1, 2, 3, 4, 5].map((id) => [id, 'AVAILABLE']),
    ]);
    expect(hosts[0]?.services).toEqual([
      { name: 'ob_upgrade:22', type: 'OB_CLUSTER', version: '2.2.75', softwarePackageId: null },
    ]);
    expect(packages).toHaveLength(1);
  });

  it('keeps no password, only where it is', async () => {
    const store = memoryStore();
    await imported(store);
    expect((await rows(store)).clusters[0]?.password).toEqual({ env: 'NOBODY_READS_THIS' });
  });

  it('changes nothing when it is repeated', async () => {
    const store = memoryStore();
    await imported(store);
    const before = await rows(store);
    await imported(store);
    expect(await rows(store)).toEqual(before);
  });

  it('keeps what runs have changed and renews how hosts are reached, for the same hosts', async () => {
    const store = memoryStore();
    await imported(store);
    await store.transact(async (tables) => {
      const { clusters, hosts } = inventoryOf(tables);
      const cluster = await clusters.get(21);
      const first = await hosts.get(1);
      if (cluster) await clusters.put({ ...cluster, status: 'OPERATING', formerStatus: 'RUNNING', operatingRunId: 3 });
      if (first) await hosts.put({ ...first, status: 'ONLINE' });
    });
    const moved = description.hosts.map((row) => ({ ...row, sshPort: 2222, key: { file: '/other/key' } }));
    await imported(store, { ...description, hosts: [...moved, host(6)] });
    const { clusters, hosts } = await rows(store);
    expect(clusters[0]).toMatchObject({ status: 'OPERATING', operatingRunId: 3 });
    expect(hosts.find(({ id }) => id === 1)).toMatchObject({
      status: 'ONLINE',
      sshPort: 2222,
      key: { file: '/other/key' },
    });
    expect(hosts.find(({ id }) => id === 6)).toMatchObject({ status: 'AVAILABLE' });
  });

  it('replaces everything of the same origin when the hosts are others', async () => {
    const store = memoryStore();
    await imported(store);
    await store.transact(async (tables) => {
      const { hosts } = inventoryOf(tables);
      const first = await hosts.get(1);
      if (first) await hosts.put({ ...first, status: 'ONLINE' });
    });
    const anew = madeAnew();
    await imported(store, { ...anew, hosts: anew.hosts.slice(0, 4) });
    const { hosts, servers } = await rows(store);
    expect(hosts.map(({ id, status }) => [id, status])).toEqual([
      ...[101, 102].map((id) => [id, 'ONLINE']),
      ...[1, 2].map((id) => [id, 'AVAILABLE']),
    ]);
    // Ids of rows are never used again.
    expect(servers.map(({ id }) => id)).toEqual([3, 4]);
  });

  it('does not touch rows of another origin, and changes nothing then', async () => {
    const store = memoryStore();
    await imported(store);
    const before = await rows(store);
    await expect(imported(store, { ...madeAnew(), origin: 'sandbox' })).rejects.toMatchObject({
      code: 'INVENTORY_CONFLICT',
      problems: expect.arrayContaining([expect.objectContaining({ details: { what: 'cluster 21' } })]),
    });
    expect(await rows(store)).toEqual(before);
  });
});
