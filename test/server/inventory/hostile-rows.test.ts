import fc from 'fast-check';
import type { InventoryRows, SecretRef } from 'precede/oceanbase';
import { beforeAll, describe, expect, it } from 'vitest';
import { indexInventory } from '../../../src/server/inventory/inventory-index.ts';
import { obClusterSchema } from '../../../src/server/inventory/ob-cluster.ts';
import { hostSchema } from '../../../src/server/inventory/host.ts';
import { listClusters } from '../../../src/server/lists/cluster-list.ts';
import { listHosts } from '../../../src/server/lists/host-list.ts';
import { listPackages } from '../../../src/server/lists/package-list.ts';
import { listServers } from '../../../src/server/lists/server-list.ts';
import { contentsOf } from '../../../src/server/lists/page.ts';
import { knownRows } from '../support/known-rows.ts';
import { expectValid } from '../support/validates.ts';

const clusterList = contentsOf(obClusterSchema);
const hostList = contentsOf(hostSchema);
let rows: InventoryRows;

beforeAll(async () => {
  rows = await knownRows();
});

/** Everything that can be read of an inventory, as a client gets it. */
function everything(all: InventoryRows): string {
  const index = indexInventory(all, 0);
  return JSON.stringify([
    listClusters(index, { size: 2_000 }),
    listHosts(index, { size: 2_000 }),
    listPackages(index, { size: 2_000 }),
    all.clusters.map(({ id }) => listServers(index, id, {})),
  ]);
}

/** A text that stands nowhere else, so that finding it proves that it came from its row. */
const canary = fc.stringMatching(/^[0-9a-f]{16}$/).map((digits) => `CANARY${digits}`);

const secretRef: fc.Arbitrary<SecretRef> = fc.oneof(
  canary.map((env) => ({ env })),
  canary.map((name) => ({ file: `/${name}` })),
  fc.array(canary, { minLength: 1, maxLength: 4 }).map((command) => ({ command })),
);

describe('what the wire never tells', () => {
  it('is where secrets are to be found, who logs in, and what hosts and this machine keep to themselves', () => {
    fc.assert(
      fc.property(secretRef, secretRef, canary, (key, password, hidden) => {
        const text = everything({
          ...rows,
          clusters: rows.clusters.map((row) => ({
            ...row,
            password,
            sysUser: hidden,
            sqlAddresses: [{ host: hidden, port: 1 }],
            startupParameters: { [hidden]: hidden },
          })),
          hosts: rows.hosts.map((row) => ({
            ...row,
            ...{ key, hostKey: hidden, user: hidden, sshHost: hidden, startupParameters: { [hidden]: hidden } },
            ...{ homePath: hidden, dataPath: hidden, logPath: hidden, agentPath: hidden, origin: hidden },
          })),
          servers: rows.servers.map((row) => ({ ...row, effects: { ...row.effects, paths: [hidden] } })),
          packages: rows.packages.map((row) => ({ ...row, path: hidden, sha256: hidden })),
        });
        expect(text).not.toContain('CANARY');
      }),
    );
  });
});

const hostileName = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    "'; DROP TABLE x; --",
    '"quoted"',
    'a/b',
    '1/zone',
    '\u202e',
    '',
  ),
  fc.string({ unit: 'binary' }),
);

describe('hostile names', () => {
  it('reach the wire as they are, and every server stands in its zone once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostileName, { minLength: 2, maxLength: 2 }), hostileName, (zoneNames, name) => {
        const renamed = new Map(rows.zones.map((zone, position) => [zone.name, zoneNames[position] ?? '']));
        const index = indexInventory(
          {
            ...rows,
            clusters: rows.clusters.map((row) => ({ ...row, name })),
            zones: rows.zones.map((row) => ({ ...row, name: renamed.get(row.name) ?? '' })),
            servers: rows.servers.map((row) => ({ ...row, zoneName: renamed.get(row.zoneName) ?? '' })),
            hosts: rows.hosts.map((row) => ({ ...row, name, alias: name })),
          },
          0,
        );
        const clusters = listClusters(index, {}).contents;
        expect(clusters[0]).toMatchObject({ name, serverCount: 2 });
        expect(clusters[0]?.zones.map((zone) => [zone.name, zone.servers.map(({ id }) => id)])).toEqual([
          [zoneNames[0], [1]],
          [zoneNames[1], [2]],
        ]);
        const hosts = listHosts(index, { keyword: '' }).contents;
        expect(hosts).toHaveLength(7);
        expectValid(clusterList, { contents: clusters });
        expectValid(hostList, { contents: hosts });
      }),
      { numRuns: 30 },
    );
  });
});

describe('a large inventory', () => {
  it('reads each server a few times, however many there are', () => {
    const size = 10_000;
    let reads = 0;
    const [server] = rows.servers;
    const [zone] = rows.zones;
    const [host] = rows.hosts;
    if (!server || !zone || !host) return expect.fail('the test inventory is empty');
    const numbers = Array.from({ length: size }, (_, position) => position + 1);
    const servers = numbers.map((id) => ({
      ...server,
      ...{ id, hostId: id, zoneName: `zone${id % 2}` },
      get ip() {
        reads += 1;
        return `10.1.${Math.floor(id / 256)}.${id % 256}`;
      },
      get clusterId() {
        reads += 1;
        return 21;
      },
    }));
    const index = indexInventory(
      {
        ...rows,
        zones: [0, 1].map((number) => ({ ...zone, name: `zone${number}` })),
        servers,
        hosts: numbers.map((id) => ({ ...host, id })),
      },
      0,
    );
    const [cluster] = listClusters(index, {}).contents;
    expect(cluster?.zones.map(({ hostCount }) => hostCount)).toEqual([size / 2, size / 2]);
    expect(listServers(index, 21, { regionName: 'north' })).toHaveLength(size);
    expect(listHosts(index, { size: 2_000, sort: 'name,desc' }).page.totalElements).toBe(size);
    expect(reads).toBeLessThan(15 * size);
  });
});
