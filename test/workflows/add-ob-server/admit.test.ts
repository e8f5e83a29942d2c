import type { RefusedError } from 'precede';
import type { HostRecord, Inventory } from 'precede/oceanbase';
import { describe, expect, it } from 'vitest';
import { admitted, allRows, description, host, knownStore } from './known-inventory.ts';

const input = { clusterId: 21, zoneName: 'zone1', servers: [1] };

/** Tries to admit and proves that the refusal has written nothing; answers `code ocpCode` of every problem. */
async function refusalOf(raw: unknown, change?: (inventory: Inventory) => Promise<void>): Promise<readonly string[]> {
  const store = await knownStore(change);
  const before = await allRows(store);
  const refusal = await admitted(store, raw).then(
    () => undefined,
    (error: unknown) => error as RefusedError,
  );
  expect(await allRows(store)).toEqual(before);
  expect(refusal?.code).toBe('NOT_ADMITTED');
  expect(refusal?.problems.every(({ next }) => next !== undefined)).toBe(true);
  return (
    refusal?.problems.map(({ code, details }) =>
      `${code} ${JSON.stringify(details?.['ocpCode'])}`.replaceAll('"', ''),
    ) ?? []
  );
}

function withHost(id: number, facts: Partial<HostRecord>) {
  return async ({ hosts }: Inventory): Promise<void> => {
    const row = await hosts.get(id);
    if (row) await hosts.put({ ...row, ...facts });
  };
}

describe('admission', () => {
  it('takes cluster and zone, makes the server rows and gives the documented context', async () => {
    const store = await knownStore();
    const admission = await admitted(store, input);
    expect(admission.subject).toEqual({ id: 21, name: 'ob_upgrade', obClusterId: 22 });
    expect(admission.context).toEqual({
      stringMap: {
        cluster_name: 'ob_upgrade',
        cluster_id: '21',
        ob_cluster_id: '22',
        service_type: 'OB_CLUSTER',
        service_name: 'ob_upgrade:22',
        service_version: '2.2.75',
        rpm_name: 'oceanbase-2.2.75-20210108170301.el7.x86_64.rpm',
        'host.1.zone': 'zone1',
      },
      listMap: { root_server_ips: ['10.0.0.101'], server_ids: ['3'], host_ids: ['1'], zone_names: ['zone1'] },
    });
    // Where two keys share a bucket of Java's map, the order of insertion decides the documented text.
    expect(Object.keys(admission.context?.stringMap ?? {})).toEqual([
      ...['cluster_name', 'cluster_id', 'ob_cluster_id', 'service_type', 'service_name', 'service_version'],
      ...['rpm_name', 'host.1.zone'],
    ]);
    const rows = await allRows(store);
    expect(rows.clusters[0]).toMatchObject({ status: 'OPERATING', formerStatus: 'RUNNING', operatingRunId: 7 });
    expect(rows.zones.map(({ name, status }) => `${name} ${status}`)).toEqual(['zone1 OPERATING', 'zone2 RUNNING']);
    expect(rows.servers.at(-1)).toMatchObject({
      id: 3,
      hostId: 1,
      zoneName: 'zone1',
      ip: '10.0.0.1',
      status: 'CREATING',
      runId: 7,
    });
    expect(rows.hosts.find(({ id }) => id === 1)?.status).toBe('AVAILABLE');
  });

  it('numbers the servers of several zones in the order of the input', async () => {
    const placements = [
      { zoneName: 'zone2', hostIds: [4, 2] },
      { zoneName: 'zone1', hostIds: [5] },
    ];
    const { context } = await admitted(await knownStore(), { clusterId: 21, placements });
    expect(context?.listMap).toMatchObject({
      server_ids: ['3', '4', '5'],
      host_ids: ['4', '2', '5'],
      zone_names: ['zone2', 'zone1'],
    });
    expect(context?.stringMap).toMatchObject({
      'host.4.zone': 'zone2',
      'host.2.zone': 'zone2',
      'host.5.zone': 'zone1',
    });
  });

  it('refuses an unknown cluster, zone and host', async () => {
    expect(await refusalOf({ ...input, clusterId: 4 })).toEqual(['CLUSTER_UNKNOWN OBE11001']);
    expect(await refusalOf({ ...input, zoneName: 'zone9' })).toEqual(['ZONE_UNKNOWN OBE18002']);
    expect(await refusalOf({ ...input, servers: [77] })).toEqual(['HOST_UNKNOWN CMP07005']);
  });

  it.each([
    ['OPERATING', 'CLUSTER_OPERATING OBE11020'],
    ['STOPPED', 'CLUSTER_NOT_RUNNING OBE11007'],
  ] as const)('refuses a cluster that is %s', async (status, problem) => {
    const problems = await refusalOf(input, async ({ clusters }) => {
      const row = await clusters.get(21);
      if (row) await clusters.put({ ...row, status });
    });
    expect(problems).toEqual([problem]);
  });

  it.each([
    [{ status: 'OPERATING' }, 'ZONE_OPERATING OBE18008'],
    [{ status: 'STOPPED' }, 'ZONE_NOT_RUNNING OBE18008'],
    [{ innerStatus: 'INACTIVE' }, 'ZONE_NOT_ACTIVE OBE18008'],
  ] as const)('refuses a zone with %o', async (facts, problem) => {
    const problems = await refusalOf(input, async ({ zones }) => {
      const row = await zones.get({ clusterId: 21, name: 'zone1' });
      if (row) await zones.put({ ...row, ...facts });
    });
    expect(problems).toEqual([problem]);
  });

  it.each([
    [{ status: 'OFFLINE' }, 'HOST_OFFLINE CMP07004'],
    [{ status: 'NEW' }, 'HOST_NOT_AVAILABLE CMP07006'],
    [{ idcName: 'idc2' }, 'IDC_MISMATCH CMP07007'],
    [{ regionName: 'south' }, 'REGION_MISMATCH CMP07008'],
  ] as const)('refuses a host with %o', async (facts, problem) => {
    expect(await refusalOf(input, withHost(1, facts))).toEqual([problem]);
  });

  it('refuses a host that carries a cluster, and one that another run is adding', async () => {
    expect(await refusalOf({ ...input, servers: [101] })).toEqual(['HOST_IN_USE CMP07010']);
    const reserved = await refusalOf(input, async ({ servers }) => {
      const [row] = await servers.list();
      if (row) await servers.put({ ...row, id: 50, clusterId: 99, hostId: 1, runId: 3 });
    });
    expect(reserved).toEqual(['HOST_IN_USE OBE11021']);
  });

  it('refuses other processors than the cluster has, for which there is no package either', async () => {
    expect(await refusalOf(input, withHost(1, { architecture: 'aarch64' }))).toEqual([
      'ARCHITECTURE_MISMATCH OBE11023',
      'PACKAGE_MISSING PKG10014',
    ]);
  });

  it('refuses when the package is missing for the version or the operating system', async () => {
    expect(await refusalOf({ ...input, packageOperatingSystem: 'el8' })).toEqual(['PACKAGE_MISSING PKG10014']);
    expect(await refusalOf(input, async ({ packages }) => packages.delete(9))).toEqual(['PACKAGE_MISSING PKG10014']);
  });

  it('reports everything at once, over all hosts and zones', async () => {
    const placements = [
      { zoneName: 'zone1', hostIds: [1, 77] },
      { zoneName: 'zone9', hostIds: [2, 101] },
    ];
    const raw = { clusterId: 21, placements, packageOperatingSystem: 'el8' };
    const problems = await refusalOf(raw, withHost(1, { status: 'OFFLINE', idcName: 'idc2' }));
    expect(problems).toEqual([
      'HOST_OFFLINE CMP07004',
      'IDC_MISMATCH CMP07007',
      'HOST_UNKNOWN CMP07005',
      'ZONE_UNKNOWN OBE18002',
      'HOST_IN_USE CMP07010',
      'PACKAGE_MISSING PKG10014',
    ]);
  });

  it('names in its advice what could be chosen instead', async () => {
    const refusal = await admitted(await knownStore(), { ...input, servers: [77] }).catch(
      (error: unknown) => error as RefusedError,
    );
    expect((refusal as RefusedError).next).toBe('Hosts that are AVAILABLE: 1, 2, 3, 4, 5.');
    expect(description.hosts).toContainEqual(host(5));
  });
});
