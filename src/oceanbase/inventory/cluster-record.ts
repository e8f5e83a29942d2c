import type { HostRequirements } from './host-requirements.ts';
import type { SecretRef } from './secret-ref.ts';

/** What an operator may do with a cluster now; only a RUNNING one takes a new operation. */
export type ClusterStatus =
  | 'RUNNING'
  | 'CREATING'
  | 'DELETING'
  | 'STARTING'
  | 'RESTARTING'
  | 'STOPPING'
  | 'STOPPED'
  | 'TAKINGOVER'
  | 'MOVINGOUT'
  | 'SWITCHOVER'
  | 'FAILOVER'
  | 'OPERATING';

/** A server that knows where everything in the cluster is. */
export interface RootServer {
  readonly ip: string;
  readonly rpcPort: number;
  readonly sqlPort: number;
  readonly role: 'LEADER' | 'FOLLOWER';
}

/** One database cluster. What can be counted from zones, servers and hosts is not kept here. */
export interface ClusterRecord {
  readonly id: number;
  readonly name: string;
  /** The database's own number for itself, 1 to 4294967295. */
  readonly obClusterId: number;
  readonly obVersion: string;
  readonly type: 'PRIMARY' | 'STANDBY';
  readonly status: ClusterStatus;
  /** What it was before a run made it OPERATING; null while none does. */
  readonly formerStatus: ClusterStatus | null;
  /** The run that made it OPERATING. */
  readonly operatingRunId: number | null;
  readonly rootServers: readonly RootServer[];
  /** Where its SQL is spoken to, best first. */
  readonly sqlAddresses: readonly { readonly host: string; readonly port: number }[];
  /** With its tenant: `root@sys`. */
  readonly sysUser: string;
  readonly password: SecretRef;
  /** What a host must have to be added; the manual's numbers unless the cluster says otherwise. */
  readonly hostRequirements: HostRequirements;
  /** Parameters of every new observer of the cluster; those of its host and of the run come before them. */
  readonly startupParameters: Readonly<Record<string, string>>;
  readonly tenantCount: number | null;
  readonly partitionCount: number | null;
  readonly delayTime: number | null;
  readonly syncStatus: string | null;
  readonly primaryClusterId: number | null;
  readonly standbyClusterIds: readonly number[];
  readonly creator: string | null;
  /** Whose import keeps this row, such as `sandbox`; null when people keep it. */
  readonly origin: string | null;
  /** Epoch milliseconds. */
  readonly createTimeMs: number;
  readonly updateTimeMs: number;
  /** Why the database could not be asked the last time; null when it could. */
  readonly failToQueryFromObReason: string | null;
}
