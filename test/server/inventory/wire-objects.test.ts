import type { HostRecord, InventoryRows } from 'precede/oceanbase';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostSchema, toHost } from '../../../src/server/inventory/host.ts';
import { indexInventory, type InventoryIndex } from '../../../src/server/inventory/inventory-index.ts';
import { obClusterSchema, toObCluster, type ObCluster } from '../../../src/server/inventory/ob-cluster.ts';
import { serverSchema, toServer } from '../../../src/server/inventory/server.ts';
import { softwarePackageSchema, toSoftwarePackage } from '../../../src/server/inventory/software-package.ts';
import { toZone, zoneSchema } from '../../../src/server/inventory/zone.ts';
import { knownRows } from '../support/known-rows.ts';
import { expectValid } from '../support/validates.ts';

/** What OCP documents of each object, in its spelling. */
const documented = {
  cluster:
    'id name obClusterId obVersion type status rootServers regionCount tenantCount serverCount partitionCount delayTime ' +
    'syncStatus zones primaryCluster standbyClusters createTime updateTime creator failToQueryFromObReason',
  zone:
    'name idcId idcName regionName clusterId obClusterId serverCount hostCount servers innerStatus status operateStatus ' +
    'compactionStatus rootServer',
  server:
    'id ip port sqlPort version withRootserver status innerStatus clusterId zoneName regionName idcName hostId ' +
    'hostTypeName startTime stopTime updateTime availableOperations',
  host:
    'id name alias description innerIpAddress sshPort kind publishPorts architecture operatingSystem ' +
    'operatingSystemRelease serialNumber idcId idcName idcDescription regionId regionName regionDescription typeId ' +
    'typeName typeDescription hostAgentId hostAgentVersion hostAgentStatus services status createTime updateTime',
  package:
    'id name fileName extension size sha1 downloadUrl type version buildNumber operatingSystem architecture deletable',
};

function fields(names: string): string[] {
  return names.split(' ').toSorted();
}

const utcOffsetMinutes = 8 * 60;
let rows: InventoryRows;
let index: InventoryIndex;

/** The first of what there must be. */
function first<Row>(list: readonly Row[]): Row {
  return list[0] ?? expect.fail('there is none');
}

function cluster(): ObCluster {
  return toObCluster(first(rows.clusters), index);
}

/** The same rows with one thing changed. */
function indexed(change: Partial<InventoryRows>): InventoryIndex {
  return indexInventory({ ...rows, ...change }, utcOffsetMinutes);
}

beforeAll(async () => {
  rows = await knownRows();
  index = indexInventory(rows, utcOffsetMinutes);
});

describe('the objects of the inventory on the wire', () => {
  it('carry every documented field and no other, whatever is known', () => {
    expect(Object.keys(cluster()).toSorted()).toEqual(fields(documented.cluster));
    for (const zone of rows.zones) expect(Object.keys(toZone(zone, index)).toSorted()).toEqual(fields(documented.zone));
    for (const server of rows.servers)
      expect(Object.keys(toServer(server, index)).toSorted()).toEqual(fields(documented.server));
    for (const host of rows.hosts) expect(Object.keys(toHost(host, index)).toSorted()).toEqual(fields(documented.host));
    for (const row of rows.packages)
      expect(Object.keys(toSoftwarePackage(row)).toSorted()).toEqual(fields(documented.package));
  });

  it('hold to their own schemas, which name the same fields', () => {
    expectValid(obClusterSchema, cluster());
    for (const zone of rows.zones) expectValid(zoneSchema, toZone(zone, index));
    for (const server of rows.servers) expectValid(serverSchema, toServer(server, index));
    for (const host of rows.hosts) expectValid(hostSchema, toHost(host, index));
    for (const row of rows.packages) expectValid(softwarePackageSchema, toSoftwarePackage(row));
    expect(Object.keys(obClusterSchema.properties).toSorted()).toEqual(fields(documented.cluster));
    expect(obClusterSchema.required.toSorted()).toEqual(fields(documented.cluster));
    expect(hostSchema.required.toSorted()).toEqual(fields(documented.host));
  });

  it('print what is not known as null', () => {
    const json = JSON.stringify(toHost(first(rows.hosts), index));
    expect(json).toContain('"alias":null');
    expect(json).toContain('"hostAgentStatus":null');
    expect(cluster()).toMatchObject({ tenantCount: null, primaryCluster: null, standbyClusters: [] });
  });

  it('have schemas with a title and without an id, which allow no other fields', () => {
    for (const schema of [obClusterSchema, zoneSchema, serverSchema, hostSchema, softwarePackageSchema]) {
      expect(schema).toHaveProperty('title');
      expect(schema).not.toHaveProperty('$id');
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });
});

describe('a cluster on the wire', () => {
  it('counts its regions and servers, and shows its zones with their servers', () => {
    expect(cluster()).toMatchObject({
      id: 21,
      name: 'ob_upgrade',
      obClusterId: 22,
      status: 'RUNNING',
      rootServers: [{ address: '10.0.0.101:2882', role: 'LEADER', sql_port: 2881 }],
      regionCount: 1,
      serverCount: 2,
      zones: [
        { name: 'zone1', serverCount: 1, servers: [{ hostId: 101 }] },
        { name: 'zone2', serverCount: 1, servers: [{ hostId: 102 }] },
      ],
      createTime: '1970-01-01T08:00:01+08:00',
    });
  });

  it('counts each region once and a zone of no known region not at all', () => {
    const zones = ['north', 'south', 'north', null].map((regionName, position) => ({
      ...first(rows.zones),
      name: `zone${position}`,
      regionName,
    }));
    expect(toObCluster(first(rows.clusters), indexed({ zones })).regionCount).toBe(2);
  });

  it('names the clusters that it stands by for, and those it knows by number alone', () => {
    const standby = { ...first(rows.clusters), id: 22, name: 'ob_standby', obClusterId: 23, primaryClusterId: 21 };
    const primary = { ...first(rows.clusters), standbyClusterIds: [22, 99] };
    const both = indexed({ clusters: [primary, standby] });
    const shown = toObCluster(primary, both);
    expect(shown.standbyClusters).toEqual([
      { id: 22, name: 'ob_standby', obClusterId: 23 },
      { id: 99, name: null, obClusterId: null },
    ]);
    expect(toObCluster(standby, both).primaryCluster).toEqual({ id: 21, name: 'ob_upgrade', obClusterId: 22 });
    expectValid(obClusterSchema, shown);
    expectValid(obClusterSchema, toObCluster(standby, both));
  });
});

describe('a zone on the wire', () => {
  it('names the root server that stands in it, and null where none does', () => {
    const [zone1, zone2] = rows.zones.map((zone) => toZone(zone, index));
    expect(zone1?.rootServer).toEqual({ address: '10.0.0.101:2882', role: 'LEADER', sql_port: 2881 });
    expect(zone2?.rootServer).toBeNull();
  });

  it('counts hosts once that carry two of its servers, and prefers the root server that leads', () => {
    const server = first(rows.servers);
    const second = { ...server, id: 50, rpcPort: 3882, sqlPort: 3881 };
    const row = {
      ...first(rows.clusters),
      rootServers: [
        { ip: server.ip, rpcPort: 3882, sqlPort: 3881, role: 'FOLLOWER' as const },
        { ip: server.ip, rpcPort: 2882, sqlPort: 2881, role: 'LEADER' as const },
      ],
    };
    const zone = toZone(first(rows.zones), indexed({ clusters: [row], servers: [...rows.servers, second] }));
    expect(zone).toMatchObject({ serverCount: 2, hostCount: 1, rootServer: { sql_port: 2881, role: 'LEADER' } });
  });

  it('does not show the servers of a zone of the same name in another cluster', () => {
    const foreign = { ...first(rows.servers), id: 51, clusterId: 2 };
    expect(toZone(first(rows.zones), indexed({ servers: [...rows.servers, foreign] })).serverCount).toBe(1);
  });

  it('stands without its cluster, whose number is then null', () => {
    const alone = indexed({ clusters: [] });
    expect(toZone(first(rows.zones), alone)).toMatchObject({ obClusterId: null, rootServer: null });
  });
});

describe('a server on the wire', () => {
  it('tells both ports, whether it is a root server, and where it stands', () => {
    expect(toServer(first(rows.servers), index)).toMatchObject({
      id: 1,
      ip: '10.0.0.101',
      port: 2882,
      sqlPort: 2881,
      withRootserver: true,
      status: 'RUNNING',
      zoneName: 'zone1',
      regionName: 'north',
      idcName: 'idc1',
      hostId: 101,
    });
  });

  it('takes its place from its host where its zone does not know it, and its kind of host from its host', () => {
    const zones = rows.zones.map((zone) => ({ ...zone, idcName: null, regionName: null }));
    const hosts = rows.hosts.map((host) => ({ ...host, idcName: 'idc9', regionName: 'west', typeName: 'big' }));
    const shown = toServer(first(rows.servers), indexed({ zones, hosts }));
    expect(shown).toMatchObject({ idcName: 'idc9', regionName: 'west', hostTypeName: 'big' });
  });

  it('stands without a row of its host or zone', () => {
    const shown = toServer(first(rows.servers), indexed({ zones: [], hosts: [] }));
    expect(shown).toMatchObject({ idcName: null, regionName: null, hostTypeName: null });
    expectValid(serverSchema, shown);
  });
});

describe('a host on the wire', () => {
  it('tells the services that it carries and when its row was made', () => {
    const host: HostRecord = { ...first(rows.hosts), createTimeMs: Date.UTC(2021, 2, 2, 3, 6, 34, 740) };
    expect(toHost(host, index)).toMatchObject({
      id: 101,
      name: 'host101',
      innerIpAddress: '10.0.0.101',
      sshPort: 22,
      status: 'ONLINE',
      architecture: 'x86_64',
      services: [{ name: 'ob_upgrade:22', type: 'OB_CLUSTER', version: '2.2.75', softwarePackageId: null }],
      createTime: '2021-03-02T11:06:34.74+08:00',
    });
  });
});
