import { memoryStore, type RefusedError, type Store } from 'precede';
import {
  describeInventory,
  importFleet,
  inventoryOf,
  noEffects,
  type FleetDescription,
  type FleetImport,
  type Inventory,
  type ServerRecord,
} from 'precede/oceanbase';
import { beforeEach, describe, expect, it } from 'vitest';
import { read, soundFile } from './files.ts';

let store: Store;
let fleet: FleetDescription;

beforeEach(async () => {
  store = memoryStore();
  fleet = await read(soundFile);
});

function importing(description: FleetDescription): Promise<FleetImport> {
  return store.transact((tables) => importFleet(tables, description, 1_000));
}

function inventory<Result>(work: (inventory: Inventory) => Promise<Result>): Promise<Result> {
  return store.transact((tables) => work(inventoryOf(tables)));
}

async function allRows() {
  return await inventory(async ({ clusters, zones, servers, hosts, packages }) => ({
    ...{ clusters: await clusters.list(), zones: await zones.list(), servers: await servers.list() },
    ...{ hosts: await hosts.list(), packages: await packages.list() },
  }));
}

/** The fleet with other facts of its second host. */
function withHost(facts: Partial<FleetDescription['hosts'][number]>): FleetDescription {
  return { ...fleet, hosts: fleet.hosts.map((host) => (host.id === 7 ? { ...host, ...facts } : host)) };
}

/** As a run makes it while it adds host 7: the cluster OPERATING, the server CREATING. */
async function runHoldsHost7(): Promise<void> {
  await inventory(async ({ clusters, servers, hosts }) => {
    const cluster = await clusters.get(1);
    const host = await hosts.get(7);
    const [member] = await servers.list();
    if (!cluster || !host || !member) throw new Error('nothing was imported');
    await clusters.put({ ...cluster, status: 'OPERATING', formerStatus: 'RUNNING', operatingRunId: 3 });
    await hosts.put({ ...host, status: 'ONLINE' });
    const row: ServerRecord = { ...member, id: 50, hostId: 7, zoneName: 'zone2', status: 'CREATING', runId: 3 };
    await servers.put({ ...row, effects: { ...noEffects, process: true } });
  });
}

async function runEnds(status: 'RUNNING' | 'UNAVAILABLE'): Promise<void> {
  await inventory(async ({ clusters, servers }) => {
    const cluster = await clusters.get(1);
    const server = await servers.get(50);
    if (!cluster || !server) throw new Error('no run has held anything');
    await clusters.put({ ...cluster, status: 'RUNNING', formerStatus: null, operatingRunId: null });
    await servers.put({ ...server, status });
  });
}

async function refusalOf(description: FleetDescription): Promise<readonly string[]> {
  const before = await allRows();
  const refused = await importing(description).then(
    () => undefined,
    (error: unknown) => error as RefusedError,
  );
  expect(refused?.code).toBe('IMPORT_REFUSED');
  expect(await allRows()).toEqual(before);
  return refused?.problems.map(({ code, message }) => `${code} ${message}`) ?? [];
}

describe('an import', () => {
  it('makes rows of everything: clusters RUNNING, hosts free but for the one whose server runs', async () => {
    const { changes, unchanged, unlisted } = await importing(fleet);
    expect(changes.map(({ what, how }) => `${how} ${what}`)).toEqual([
      'new cluster 1 (prod)',
      'new zone zone1 of cluster 1',
      'new zone zone2 of cluster 1',
      'new host 1 (host-1)',
      'new server of cluster 1 on host 1',
      'new host 7 (spare)',
      'new package 1 (oceanbase-ce-4.3.5-100.el7.x86_64.rpm)',
    ]);
    expect({ unchanged, unlisted }).toEqual({ unchanged: 0, unlisted: [] });
    const rows = await allRows();
    expect(rows.clusters).toMatchObject([
      { id: 1, status: 'RUNNING', origin: null, password: { env: 'SYS_PASSWORD' } },
    ]);
    expect(rows.hosts).toMatchObject([
      { id: 1, status: 'ONLINE', services: [{ name: 'prod:21', type: 'OB_CLUSTER', version: '4.3.5' }] },
      { id: 7, status: 'AVAILABLE', services: [], sudo: false },
    ]);
    expect(rows.servers).toMatchObject([{ hostId: 1, zoneName: 'zone1', status: 'RUNNING', runId: null }]);
    expect(rows.packages).toMatchObject([{ id: 1, extension: 'rpm', size: null }]);
  });

  it('of the same file changes nothing, also after a run', async () => {
    await importing(fleet);
    const first = await allRows();
    expect(await importing(fleet)).toEqual({ changes: [], unchanged: 6, unlisted: [] });
    expect(await allRows()).toEqual(first);
    await runHoldsHost7();
    const held = await allRows();
    expect(await importing(fleet)).toMatchObject({ changes: [] });
    await runEnds('RUNNING');
    expect(await importing(fleet)).toMatchObject({ changes: [] });
    expect((await allRows()).servers.map(({ id }) => id)).toEqual(held.servers.map(({ id }) => id));
  });

  it('of a changed file says what it changes, and keeps what runs have made', async () => {
    await importing(fleet);
    await runHoldsHost7();
    await runEnds('UNAVAILABLE');
    const { changes } = await importing(withHost({ sshPort: 2200, key: { env: 'KEY' }, sudo: true }));
    expect(changes).toEqual([
      {
        what: 'host 7 (spare)',
        how: 'changed',
        fields: [
          { field: 'ssh.port', from: 2222, to: 2200 },
          { field: 'ssh.key', from: { command: ['vault', 'key'] }, to: { env: 'KEY' } },
          { field: 'become', from: false, to: true },
        ],
      },
    ]);
    const { hosts, servers } = await allRows();
    expect(hosts[1]).toMatchObject({ id: 7, status: 'ONLINE', sshPort: 2200 });
    expect(servers[1]).toMatchObject({ id: 50, status: 'UNAVAILABLE', runId: 3, effects: { process: true } });
  });

  it('keeps the root servers and places that the database has told', async () => {
    await importing(fleet);
    const roots = [{ ip: '10.0.0.9', rpcPort: 2882, sqlPort: 2881, role: 'LEADER' as const }];
    await inventory(async ({ clusters, zones }) => {
      const cluster = await clusters.get(1);
      const zone = await zones.get({ clusterId: 1, name: 'zone2' });
      if (!cluster || !zone) throw new Error('nothing was imported');
      await clusters.put({ ...cluster, rootServers: [...roots, ...cluster.rootServers] });
      await zones.put({ ...zone, idcName: 'b', regionName: 'east' });
    });
    expect(await importing(fleet)).toMatchObject({ changes: [] });
    const moved = {
      ...fleet,
      clusters: fleet.clusters.map((cluster) => ({ ...cluster, rootServers: [{ ...roots[0], ip: '10.0.0.8' }] })),
    };
    expect(await importing(moved as FleetDescription)).toMatchObject({
      changes: [{ fields: [{ field: 'rootServers' }] }],
    });
  });

  it('leaves what is not in the file any more, and says so', async () => {
    await importing(fleet);
    const { unlisted } = await importing({ clusters: fleet.clusters, hosts: fleet.hosts.slice(0, 1), packages: [] });
    expect(unlisted).toEqual(['host 7', 'package 1']);
    expect((await allRows()).hosts).toHaveLength(2);
  });

  it('is refused as a whole where a running run holds what would change', async () => {
    await importing(fleet);
    await runHoldsHost7();
    const changed = withHost({ sshPort: 2200 });
    const clusters = fleet.clusters.map((cluster) => ({ ...cluster, sysUser: 'admin@sys' }));
    expect(await refusalOf({ ...changed, clusters })).toEqual([
      'HELD_BY_RUN cluster 1 is held by run 3: sql.user cannot change now.',
      'HELD_BY_RUN host 7 is held by run 3: ssh.port cannot change now.',
    ]);
  });

  it('is refused where a server was started with what would change, or stands elsewhere', async () => {
    await importing(fleet);
    await runHoldsHost7();
    await runEnds('RUNNING');
    expect(await refusalOf(withHost({ dataPath: '/elsewhere', sqlPort: 3881, sshPort: 2200 }))).toEqual([
      'SERVER_STANDS host 7: directories.data, ports.sql cannot change, since server 50 was started with it.',
    ]);
    expect(await refusalOf(withHost({ server: { clusterId: 1, zoneName: 'zone1' } }))).toEqual([
      'HOST_IN_USE host 7 has server 50 of cluster 1 in zone2.',
    ]);
    const clusters = fleet.clusters.map((cluster) => ({ ...cluster, obClusterId: 22 }));
    expect(await refusalOf({ ...fleet, clusters })).toEqual([
      'SERVER_STANDS cluster 1: obClusterId cannot change, since server 50 was started with it.',
    ]);
  });

  it("is refused over a sandbox's rows", async () => {
    await importing(fleet);
    await inventory(async ({ hosts }) => {
      const host = await hosts.get(7);
      if (host) await hosts.put({ ...host, origin: 'sandbox' });
    });
    expect(await refusalOf(withHost({ sshPort: 1 }))).toEqual([
      'INVENTORY_CONFLICT host 7 is already known, from sandbox.',
    ]);
  });

  it('knows a host that a run has added as one whose server runs', async () => {
    await importing(fleet);
    await runHoldsHost7();
    expect((await inventory(describeInventory)).hosts[1]?.server).toBeNull();
    await runEnds('RUNNING');
    const known = await inventory(describeInventory);
    expect(known).toEqual(withHost({ server: { clusterId: 1, zoneName: 'zone2' } }));
    expect(await importing(known)).toMatchObject({ changes: [] });
  });
});
