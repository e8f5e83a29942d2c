import { sqlErrors, SqlRefusal } from './sql-refusal.ts';

/** A row of the server view. Times are milliseconds since 1970. */
export interface ServerRow {
  readonly id: number;
  readonly ip: string;
  /** The RPC port. */
  readonly port: number;
  readonly sqlPort: number;
  readonly zone: string;
  readonly withRootserver: boolean;
  readonly status: 'ACTIVE' | 'INACTIVE' | 'DELETING';
  readonly startServiceTimeMs: number | null;
  readonly lastOfflineTimeMs: number | null;
  readonly createTimeMs: number;
  readonly modifyTimeMs: number;
  readonly buildVersion: string;
}

/** A row of the zone view. */
export interface ZoneRow {
  readonly name: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly region: string;
  readonly idc: string;
  readonly createTimeMs: number;
  readonly modifyTimeMs: number;
}

/** All that the root server knows of the cluster. A value: every change makes a new one. */
export interface ClusterState {
  readonly nextServerId: number;
  readonly zones: readonly ZoneRow[];
  readonly servers: readonly ServerRow[];
}

/** An address as ADD SERVER names it. */
export interface ServerAddress {
  readonly ip: string;
  readonly port: number;
}

/** What a server that is to be added answered when it was asked. */
export interface ServerProbe {
  readonly clusterId: number;
  readonly zone: string;
  readonly sqlPort: number;
  readonly isEmpty: boolean;
  readonly buildVersion: string;
}

/** The row of a server, if it has one. */
export function findServer(state: ClusterState, { ip, port }: ServerAddress): ServerRow | undefined {
  return state.servers.find((row) => row.ip === ip && row.port === port);
}

/**
 * The state with the server added: its row is ACTIVE at once and has no start-of-service time yet. Refuses, in the
 * order of the original: a server of another cluster, one that is not empty, a zone unknown, inactive or other than
 * the server's own, and last a server that is there already.
 */
export function addServer(
  state: ClusterState,
  address: ServerAddress,
  options: { probe: ServerProbe; clusterId: number; zone: string | undefined; nowMs: number },
): ClusterState {
  const { probe, clusterId, nowMs } = options;
  const zone = options.zone ?? probe.zone;
  if (probe.clusterId !== clusterId) {
    throw new SqlRefusal(
      sqlErrors.clusterMismatch,
      `cluster id ${probe.clusterId} of the server does not match ${clusterId}`,
    );
  }
  if (!probe.isEmpty) throw new SqlRefusal(sqlErrors.notAllowed, 'add non-empty server not allowed');
  refuseZone(state, zone, probe.zone);
  if (findServer(state, address)) {
    throw new SqlRefusal(sqlErrors.entryExists, `server ${address.ip}:${address.port} already exists`);
  }
  const row: ServerRow = {
    ...address,
    id: state.nextServerId,
    sqlPort: probe.sqlPort,
    zone,
    withRootserver: false,
    status: 'ACTIVE',
    startServiceTimeMs: null,
    lastOfflineTimeMs: null,
    createTimeMs: nowMs,
    modifyTimeMs: nowMs,
    buildVersion: probe.buildVersion,
  };
  return { ...state, nextServerId: state.nextServerId + 1, servers: [...state.servers, row] };
}

/** The state with the server on its way out. Refuses a server that is not there, and the root server. */
export function markDeleting(state: ClusterState, address: ServerAddress, nowMs: number): ClusterState {
  const row = findServer(state, address);
  if (!row) {
    throw new SqlRefusal(sqlErrors.entryDoesNotExist, `server ${address.ip}:${address.port} does not exist`);
  }
  if (row.withRootserver) throw new SqlRefusal(sqlErrors.notAllowed, 'delete the root server not allowed');
  return change(state, address, { status: 'DELETING' }, nowMs);
}

/** The state without the server. */
export function removeServer(state: ClusterState, address: ServerAddress): ClusterState {
  const gone = findServer(state, address);
  return { ...state, servers: state.servers.filter((row) => row !== gone) };
}

/** The server reports to the root server: it is ACTIVE (unless DELETING) and serves since then, or does not yet. */
export function markReporting(
  state: ClusterState,
  address: ServerAddress,
  report: { startServiceTimeMs: number | null; nowMs: number },
): ClusterState {
  const status = findServer(state, address)?.status === 'DELETING' ? 'DELETING' : 'ACTIVE';
  return change(state, address, { status, startServiceTimeMs: report.startServiceTimeMs }, report.nowMs);
}

/** The server stopped reporting: it is INACTIVE (unless DELETING) and serves no more. */
export function markOffline(state: ClusterState, address: ServerAddress, nowMs: number): ClusterState {
  const status = findServer(state, address)?.status === 'DELETING' ? 'DELETING' : 'INACTIVE';
  return change(state, address, { status, startServiceTimeMs: null, lastOfflineTimeMs: nowMs }, nowMs);
}

function change(state: ClusterState, address: ServerAddress, fields: Partial<ServerRow>, nowMs: number): ClusterState {
  const changed = findServer(state, address);
  const servers = state.servers.map((row) => (row === changed ? { ...row, ...fields, modifyTimeMs: nowMs } : row));
  return { ...state, servers };
}

function refuseZone(state: ClusterState, name: string, ownZone: string): void {
  const zone = state.zones.find((row) => row.name === name);
  if (!zone) throw new SqlRefusal(sqlErrors.entryDoesNotExist, `zone "${name}" does not exist`);
  if (zone.status !== 'ACTIVE')
    throw new SqlRefusal(sqlErrors.notAllowed, `zone "${name}" not active, add server not allowed`);
  if (name !== ownZone) {
    throw new SqlRefusal(
      sqlErrors.notAllowed,
      `the server was started for zone "${ownZone}", add it to "${name}" not allowed`,
    );
  }
}
