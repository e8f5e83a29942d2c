import type { CheckContext } from '../../workflow/index.ts';
import type { ServerRow, ZoneRow } from '../database/server-row.ts';
import type { ClusterRecord } from '../inventory/cluster-record.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ServerRecord } from '../inventory/server-record.ts';
import type { ZoneRecord } from '../inventory/zone-record.ts';
import { readRows, readServers } from './server-view.ts';
import { isAdmitted, openCluster, type ClusterSite } from './site.ts';
import type { ServerToAdd, Step } from './step.ts';

/** What the cluster showed. */
export interface ClusterInfo {
  readonly servers: number;
  readonly zones: number;
}

/** Writes what the cluster's own views say of its servers and zones into the inventory. Nothing to undo. */
export function syncClusterInfo(cluster: Pick<ServerToAdd, 'clusterId'>): Step<ClusterInfo> {
  return {
    check: async (context) => {
      if (!isAdmitted(context)) return 'needed';
      const site = await openCluster(context, cluster);
      const views = await readViews(context, site);
      const records = await site.services.transact((inventory) => inventory.servers.list());
      const isKnown = views.servers.every((row) => {
        const record = records.find((server) => isOf(server, site.cluster, row));
        return (
          !record ||
          (record.innerStatus === row.status && (record.startTime === null) === (row.startServiceTime === null))
        );
      });
      return isKnown ? { done: countOf(views) } : 'needed';
    },
    run: async (context) => {
      const site = await openCluster(context, cluster);
      const views = await readViews(context, site);
      await site.services.transact(async (inventory) => writeViews(inventory, site, views));
      return countOf(views);
    },
    preview: async (context) => {
      const { dialect, cluster: row } = await openCluster(context, cluster);
      return [dialect.servers(), dialect.zones()].map(({ text }) => ({ kind: 'sql', host: row.name, text }));
    },
    repeatable: true,
    timeoutMs: 30_000,
    estimateMs: 2_000,
  };
}

interface Views {
  readonly servers: readonly ServerRow[];
  readonly zones: readonly ZoneRow[];
}

async function readViews(context: CheckContext, site: ClusterSite): Promise<Views> {
  const zones = await readRows(context, site, site.dialect.zones());
  return { servers: await readServers(context, site), zones: site.dialect.zoneRows(zones) };
}

async function writeViews(inventory: Inventory, site: ClusterSite, views: Views): Promise<void> {
  const { cluster, services } = site;
  const nowMs = services.nowMs();
  for (const record of await inventory.servers.list()) {
    const row = views.servers.find((server) => isOf(record, cluster, server));
    if (row) await inventory.servers.put({ ...record, ...seenOf(row), updateTimeMs: nowMs });
  }
  for (const row of views.zones) {
    const zone = await inventory.zones.get({ clusterId: cluster.id, name: row.zone });
    if (zone) await inventory.zones.put({ ...zone, innerStatus: row.status, ...placeOf(row) });
  }
  const current = await inventory.clusters.get(cluster.id);
  const seen = { ...rootServersOf(views), failToQueryFromObReason: null, updateTimeMs: nowMs };
  if (current) await inventory.clusters.put({ ...current, ...seen });
}

/** A place that the database does not know is not written over one that people do. */
function placeOf({ idc, region }: ZoneRow): Partial<ZoneRecord> {
  return { ...(idc === '' ? {} : { idcName: idc }), ...(region === '' ? {} : { regionName: region }) };
}

function rootServersOf({ servers }: Views): Pick<ClusterRecord, 'rootServers'> | undefined {
  const rootServers = servers.filter(({ withRootServer }) => withRootServer);
  if (rootServers.length === 0) return undefined;
  const role = (index: number) => (index === 0 ? 'LEADER' : 'FOLLOWER');
  return {
    rootServers: rootServers.map(({ ip, rpcPort, sqlPort }, index) => ({ ip, rpcPort, sqlPort, role: role(index) })),
  };
}

function isOf(record: ServerRecord, cluster: ClusterRecord, row: ServerRow): boolean {
  return record.clusterId === cluster.id && record.ip === row.ip && record.rpcPort === row.rpcPort;
}

function seenOf(row: ServerRow): Partial<ServerRecord> {
  const { withRootServer, status: innerStatus, startServiceTime: startTime, stopTime, buildVersion } = row;
  const [version = buildVersion] = buildVersion.split('_');
  return { withRootServer, innerStatus, startTime, stopTime, version };
}

function countOf({ servers, zones }: Views): ClusterInfo {
  return { servers: servers.length, zones: zones.length };
}
