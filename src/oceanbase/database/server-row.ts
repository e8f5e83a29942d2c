/** The state of a server in the cluster; a version may know more than the documented three. */
export type ServerStatus = 'ACTIVE' | 'INACTIVE' | 'DELETING' | (string & {});

/** One server as the cluster sees it. */
export interface ServerRow {
  readonly ip: string;
  readonly rpcPort: number;
  readonly sqlPort: number;
  /** The server's id within the cluster. */
  readonly id: number;
  readonly zone: string;
  readonly status: ServerStatus;
  /** When it began to serve, as the server prints it; null while it does not. */
  readonly startServiceTime: string | null;
  /** When it was stopped by an operator; null if it was not. */
  readonly stopTime: string | null;
  readonly withRootServer: boolean;
  readonly buildVersion: string;
}

/** One zone as the cluster sees it. */
export interface ZoneRow {
  readonly zone: string;
  /** ACTIVE or INACTIVE. */
  readonly status: string;
  readonly idc: string;
  readonly region: string;
}

/**
 * Does the server take requests? ACTIVE alone does not say so: a server is ACTIVE from the moment it is added, and
 * serves from its start-of-service time on.
 */
export function isServing(row: ServerRow): boolean {
  return row.status === 'ACTIVE' && row.startServiceTime !== null && row.stopTime === null;
}
