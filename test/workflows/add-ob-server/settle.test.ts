import type { TerminalRunState } from 'precede';
import { inventoryOf, type ServerRecord } from 'precede/oceanbase';
import { describe, expect, it } from 'vitest';
import workflow from '../../../workflows/add-ob-server/index.ts';
import { admitted, allRows, knownStore, parsed, type KnownStore } from './known-inventory.ts';

const raw = { clusterId: 21, zoneName: 'zone1', servers: [1, 2] };
const context = { stringMap: {}, listMap: {} };

function settled(store: KnownStore, state: TerminalRunState, runId = 7): Promise<void> {
  return store.transact((tables) =>
    workflow.hooks.settle({ input: parsed(raw), tables, runId, state, context, nowMs: 3_000 }),
  );
}

function reopened(store: KnownStore, operation: 'RETRY' | 'SKIP' | 'ROLLBACK', runId = 7): Promise<void> {
  return store.transact((tables) =>
    workflow.hooks.reopen({ input: parsed(raw), tables, runId, operation, context, nowMs: 4_000 }),
  );
}

/** A store in which run 7 has been admitted and has reserved its hosts. */
async function runningStore(): Promise<KnownStore> {
  const store = await knownStore();
  await admitted(store, raw);
  await store.transact(async (tables) => {
    const { hosts } = inventoryOf(tables);
    const service = { name: 'ob_upgrade:22', type: 'OB_CLUSTER', version: '2.2.75', softwarePackageId: 9 } as const;
    for (const id of [1, 2]) {
      const row = await hosts.get(id);
      if (row) await hosts.put({ ...row, status: 'ONLINE', services: [service] });
    }
  });
  return store;
}

async function withServer(store: KnownStore, id: number, facts: Partial<ServerRecord>): Promise<void> {
  await store.transact(async (tables) => {
    const { servers } = inventoryOf(tables);
    const row = await servers.get(id);
    if (row) await servers.put({ ...row, ...facts });
  });
}

async function statuses(store: KnownStore) {
  const { clusters, zones, servers, hosts } = await allRows(store);
  return {
    cluster: clusters[0]?.status,
    operatingRunId: clusters[0]?.operatingRunId,
    zone1: zones[0]?.status,
    servers: servers.filter(({ runId }) => runId === 7).map(({ status }) => status),
    hosts: hosts.filter(({ id }) => id < 3).map(({ status }) => status),
  };
}

describe('the end of a run', () => {
  it('leaves everything RUNNING after SUCCESS', async () => {
    const store = await runningStore();
    await settled(store, 'SUCCESS');
    expect(await statuses(store)).toEqual({
      ...{ cluster: 'RUNNING', operatingRunId: null, zone1: 'RUNNING' },
      ...{ servers: ['RUNNING', 'RUNNING'], hosts: ['ONLINE', 'ONLINE'] },
    });
  });

  it.each(['FAILED', 'CANCELLED', 'ROLLBACK_FAILED'] as const)(
    'gives cluster and zone their former status back after %s, and says which servers did not come up',
    async (state) => {
      const store = await runningStore();
      await withServer(store, 3, { status: 'RUNNING' });
      await settled(store, state);
      expect(await statuses(store)).toEqual({
        ...{ cluster: 'RUNNING', operatingRunId: null, zone1: 'RUNNING' },
        ...{ servers: ['RUNNING', 'UNAVAILABLE'], hosts: ['ONLINE', 'ONLINE'] },
      });
    },
  );

  it('leaves no row and no service behind after ROLLED_BACK', async () => {
    const store = await runningStore();
    await settled(store, 'ROLLED_BACK');
    expect(await statuses(store)).toEqual({
      ...{ cluster: 'RUNNING', operatingRunId: null, zone1: 'RUNNING', servers: [] },
      hosts: ['AVAILABLE', 'AVAILABLE'],
    });
    expect((await allRows(store)).servers).toHaveLength(2);
  });

  it('does not touch a cluster that another run operates', async () => {
    const store = await runningStore();
    await settled(store, 'FAILED', 8);
    expect(await statuses(store)).toMatchObject({ cluster: 'OPERATING', operatingRunId: 7, zone1: 'OPERATING' });
  });
});

describe('taking an ended run up again', () => {
  it.each(['RETRY', 'SKIP', 'ROLLBACK'] as const)(
    'makes cluster, zone and servers as they were during the run: %s',
    async (operation) => {
      const store = await runningStore();
      await settled(store, 'FAILED');
      await reopened(store, operation);
      expect(await statuses(store)).toMatchObject({
        ...{ cluster: 'OPERATING', operatingRunId: 7, zone1: 'OPERATING', servers: ['CREATING', 'CREATING'] },
      });
      await settled(store, 'SUCCESS');
      expect(await statuses(store)).toMatchObject({
        cluster: 'RUNNING',
        zone1: 'RUNNING',
        servers: ['RUNNING', 'RUNNING'],
      });
    },
  );

  it('is refused while the cluster is OPERATING for another run', async () => {
    const store = await runningStore();
    await settled(store, 'FAILED');
    await admitted(store, { ...raw, servers: [3] }, 8);
    const before = await allRows(store);
    await expect(reopened(store, 'RETRY')).rejects.toMatchObject({
      code: 'NOT_REOPENED',
      problems: [{ code: 'CLUSTER_OPERATING' }],
    });
    expect(await allRows(store)).toEqual(before);
  });

  it('is refused for a retry on a cluster that was stopped since, but not for a rollback', async () => {
    const store = await runningStore();
    await settled(store, 'FAILED');
    await store.transact(async (tables) => {
      const { clusters } = inventoryOf(tables);
      const row = await clusters.get(21);
      if (row) await clusters.put({ ...row, status: 'STOPPED' });
    });
    await expect(reopened(store, 'RETRY')).rejects.toMatchObject({ problems: [{ code: 'CLUSTER_NOT_RUNNING' }] });
    await reopened(store, 'ROLLBACK');
    await settled(store, 'ROLLED_BACK');
    expect(await statuses(store)).toMatchObject({ cluster: 'STOPPED', servers: [] });
  });

  it('is refused when the inventory no longer knows the servers', async () => {
    const store = await runningStore();
    await settled(store, 'ROLLED_BACK');
    await expect(reopened(store, 'RETRY')).rejects.toMatchObject({ problems: [{ code: 'SERVERS_UNKNOWN' }] });
  });
});
