import type { HostAddress } from './host-address.ts';
import type { HostSession } from './host-session.ts';

/** How connections to hosts are kept. */
export interface HostConnectionsOptions {
  /** Where a host is; asked each time a connection is opened. */
  readonly hosts: (id: number | string) => Promise<HostAddress>;
  /** Commands at once per host; more wait. Default 8, since sshd allows 10 by default. */
  readonly channelsMax?: number | undefined;
  /** How long opening a connection may take, in milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** A connection without commands for this long is closed, in milliseconds. Default 30,000. */
  readonly idleMs?: number | undefined;
  /** How often a silent host is asked whether it is there; after 3 missing answers it is lost. Default 1,000. */
  readonly keepaliveIntervalMs?: number | undefined;
}

/** One kept connection per host. */
export interface HostConnections {
  /** A session on a host; opens nothing yet. */
  session(hostId: number | string): HostSession;
  /** Ends every connection. Commands under way end as SSH_OUTCOME_UNKNOWN. Safe twice. */
  close(): Promise<void>;
}
