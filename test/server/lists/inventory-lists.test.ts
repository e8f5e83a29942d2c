import type { HostRecord, HostService, InventoryRows, ServiceType } from 'precede/oceanbase';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostSchema } from '../../../src/server/inventory/host.ts';
import { indexInventory, type InventoryIndex } from '../../../src/server/inventory/inventory-index.ts';
import { obClusterSchema } from '../../../src/server/inventory/ob-cluster.ts';
import { serverSchema } from '../../../src/server/inventory/server.ts';
import { softwarePackageSchema } from '../../../src/server/inventory/software-package.ts';
import { clusterListQuery, listClusters, type ClusterListQuery } from '../../../src/server/lists/cluster-list.ts';
import { hostListQuery, listHosts, type HostListQuery } from '../../../src/server/lists/host-list.ts';
import { listPackages, packageListQuery, type PackageListQuery } from '../../../src/server/lists/package-list.ts';
import { contentsOf, pageOf } from '../../../src/server/lists/page.ts';
import { listServers, serverListQuery } from '../../../src/server/lists/server-list.ts';
import { expectBadRequest } from '../support/expect-api-error.ts';
import { knownRows } from '../support/known-rows.ts';
import { expectValid } from '../support/validates.ts';

let rows: InventoryRows;
let index: InventoryIndex;

function service(type: ServiceType, name: string): HostService {
  return { name, type, version: '1', softwarePackageId: null };
}

beforeAll(async () => {
  const known = await knownRows();
  const [cluster] = known.clusters;
  const [row] = known.packages;
  if (!cluster || !row) return expect.fail('the test inventory is empty');
  const changed: Readonly<Record<number, Partial<HostRecord>>> = {
    1: { services: [service('OB_PROXY', 'proxy-a')], status: 'ONLINE' },
    2: { services: [service('OCP_AGENT', 'agent'), service('OB_PROXY', 'proxy-b')], status: 'ONLINE' },
    3: { status: 'OFFLINE', name: 'Rack "7"' },
  };
  rows = {
    ...known,
    clusters: [
      cluster,
      { ...cluster, id: 30, name: 'Orders', status: 'OPERATING', obVersion: '4.3.5' },
      { ...cluster, id: 31, name: 'orders_standby', status: 'STOPPED' },
    ],
    hosts: known.hosts.map((host) => ({ ...host, ...changed[host.id] })),
    packages: [
      row,
      { ...row, id: 10, name: 'obproxy', fileName: 'obproxy-4.2.el8.aarch64.rpm', type: 'OB_PROXY', version: '4.2' },
      { ...row, id: 11, operatingSystem: 'el8', architecture: 'aarch64', version: '4.3.5' },
    ],
  };
  index = indexInventory(rows, 0);
});

function idsOfClusters(query: ClusterListQuery): readonly number[] {
  return listClusters(index, query).contents.map(({ id }) => id);
}

function idsOfHosts(query: HostListQuery): readonly number[] {
  return listHosts(index, query).contents.map(({ id }) => id);
}

function idsOfPackages(query: PackageListQuery): readonly number[] {
  return listPackages(index, query).contents.map(({ id }) => id);
}

describe('the list of clusters', () => {
  it('is narrowed by a part of the name in any case, and by statuses', () => {
    expect(idsOfClusters({})).toEqual([21, 30, 31]);
    expect(idsOfClusters({ name: 'ORDERS' })).toEqual([30, 31]);
    expect(idsOfClusters({ status: 'RUNNING, STOPPED' })).toEqual([21, 31]);
    expect(idsOfClusters({ name: 'orders', status: 'OPERATING' })).toEqual([30]);
    expect(idsOfClusters({ name: '', status: ',' })).toEqual([21, 30, 31]);
  });

  it('counts what the filter has left, page by page', () => {
    expect(listClusters(index, { name: 'orders', size: 1, page: 2, sort: 'id,desc' })).toMatchObject({
      contents: [{ id: 30 }],
      page: { number: 2, size: 1, totalElements: 2, totalPages: 2 },
    });
  });

  it('is refused for a status that is not documented, with those that are', () => {
    expectBadRequest(() => idsOfClusters({ status: 'RUNNING,BROKEN' }), 'COM10001', '"BROKEN"', 'TAKINGOVER');
    expectBadRequest(() => idsOfClusters({ status: '__proto__' }), 'COM10001', 'status');
    expectBadRequest(() => idsOfClusters({ sort: 'password,asc' }), 'COM10011', 'id, name');
  });
});

describe('the list of hosts', () => {
  it('is narrowed by a part of the name, the address or the name of a service', () => {
    expect(idsOfHosts({ keyword: 'host10' })).toEqual([101, 102]);
    expect(idsOfHosts({ keyword: '10.0.0.5' })).toEqual([5]);
    expect(idsOfHosts({ keyword: 'ob_upgrade:22' })).toEqual([101, 102]);
    expect(idsOfHosts({ keyword: 'rack "7"' })).toEqual([3]);
    expect(idsOfHosts({ keyword: 'admin' })).toEqual([]);
  });

  it('is narrowed by statuses', () => {
    expect(idsOfHosts({ status: 'AVAILABLE' })).toEqual([4, 5]);
    expect(idsOfHosts({ status: 'AVAILABLE,OFFLINE', sort: 'id,asc' })).toEqual([3, 4, 5]);
  });

  it('is narrowed to hosts that carry one of some kinds of services, and to those that carry none of them', () => {
    expect(idsOfHosts({ includedServiceType: 'OB_PROXY' })).toEqual([1, 2]);
    expect(idsOfHosts({ includedServiceType: 'OB_CLUSTER,OCP_AGENT' })).toEqual([101, 102, 2]);
    expect(idsOfHosts({ excludedServiceType: 'OB_CLUSTER,OB_PROXY' })).toEqual([3, 4, 5]);
    expect(idsOfHosts({ includedServiceType: 'OB_PROXY', excludedServiceType: 'OCP_AGENT' })).toEqual([1]);
  });

  it('is refused for words that are not documented', () => {
    expectBadRequest(() => idsOfHosts({ status: 'available' }), 'COM10001', '"available"', 'NEW, AVAILABLE');
    expectBadRequest(() => idsOfHosts({ includedServiceType: 'X' }), 'COM10001', 'includedServiceType', 'OB_PROXY');
    expectBadRequest(() => idsOfHosts({ excludedServiceType: 'X' }), 'COM10001', 'excludedServiceType');
    expectBadRequest(() => idsOfHosts({ sort: 'key,asc' }), 'COM10011');
  });

  it('is sorted by every field that it names', () => {
    for (const field of ['id', 'name', 'innerIpAddress', 'status', 'createTime', 'updateTime'])
      expect(idsOfHosts({ sort: `${field},desc` })).toHaveLength(7);
    expect(idsOfHosts({ sort: 'name,asc' })).toEqual([3, 1, 101, 102, 2, 4, 5]);
  });
});

describe('the list of the servers of a cluster', () => {
  it('is narrowed by region and data centre', () => {
    const ids = (query: Parameters<typeof listServers>[2]) => listServers(index, 21, query).map(({ id }) => id);
    expect(ids({})).toEqual([1, 2]);
    expect(ids({ regionName: 'north' })).toEqual([1, 2]);
    expect(ids({ regionName: 'north', idcName: 'idc2' })).toEqual([2]);
    expect(ids({ regionName: 'south' })).toEqual([]);
    expect(ids({ regionName: '', idcName: '' })).toEqual([1, 2]);
  });

  it('is empty for a cluster without servers and for one that is not known', () => {
    expect(listServers(index, 30, {})).toEqual([]);
    expect(listServers(index, 999, {})).toEqual([]);
  });
});

describe('the list of software packages', () => {
  it('is narrowed by a part of the name of package or file, and by comma lists', () => {
    expect(idsOfPackages({ keyword: 'OBPROXY' })).toEqual([10]);
    expect(idsOfPackages({ keyword: '20210108' })).toEqual([9, 11]);
    expect(idsOfPackages({ type: 'OB_CLUSTER' })).toEqual([9, 11]);
    expect(idsOfPackages({ version: '4.2,4.3.5' })).toEqual([10, 11]);
    expect(idsOfPackages({ operatingSystem: 'el8', architecture: 'aarch64' })).toEqual([11]);
    expect(idsOfPackages({ architecture: 'riscv64' })).toEqual([]);
  });

  it('is sorted by name, and refused for a field that is not told', () => {
    expect(idsOfPackages({ sort: 'name,asc' })).toEqual([10, 9, 11]);
    expectBadRequest(() => idsOfPackages({ sort: 'path,asc' }), 'COM10011', 'fileName');
  });
});

describe('the lists of the inventory', () => {
  it('hold to their schemas', () => {
    expectValid(pageOf(obClusterSchema), listClusters(index, {}));
    expectValid(pageOf(hostSchema), listHosts(index, {}));
    expectValid(pageOf(softwarePackageSchema), listPackages(index, {}));
    expectValid(contentsOf(serverSchema), { contents: listServers(index, 21, {}) });
  });

  it('know every parameter that OCP documents, and no other', () => {
    const paging = ['page', 'size', 'sort'];
    const names = [clusterListQuery, serverListQuery, hostListQuery, packageListQuery].map((query) => {
      expect(query).toMatchObject({ additionalProperties: false });
      return Object.keys(query.properties).toSorted();
    });
    expect(names).toEqual(
      [
        [...paging, 'name', 'status'],
        ['regionName', 'idcName'],
        [...paging, 'status', 'keyword', 'includedServiceType', 'excludedServiceType'],
        [...paging, 'keyword', 'type', 'version', 'operatingSystem', 'architecture'],
      ].map((list) => list.toSorted()),
    );
    for (const query of [clusterListQuery, serverListQuery, hostListQuery, packageListQuery]) expectValid(query, {});
  });
});
