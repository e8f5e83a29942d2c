import { RefusedError } from '../../errors/index.ts';
import type { HostAddress } from './host-address.ts';
import type { HostSession } from './host-session.ts';
import { KeptHost } from './kept-host.ts';

/** How connections to hosts are kept. */
export interface HostConnectionsOptions {
  /** Where a host is; asked each time a connection is opened. */
  readonly hosts: (id: number | string) => Promise<HostAddress>;
  /** Commands at once per host; more wait. Default 8, since sshd allows 10 by default. */
  readonly channelsMax?: number | undefined;
  /** How long opening a connection, or a channel for a command on it, may take, in milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** A connection without commands for this long is closed, in milliseconds. Default 30,000. */
  readonly idleMs?: number | undefined;
  /** How often a silent host is asked whether it is there; after 3 missing answers it is lost. Default 1,000 ms. */
  readonly keepaliveIntervalMs?: number | undefined;
  /**
   * How long a command's output is waited for after its exit status, when a process that it left behind keeps the
   * output open, in milliseconds. Default 2,000. The result is marked truncated then.
   */
  readonly drainMs?: number | undefined;
}

/** One kept connection per host. */
export interface HostConnections {
  /** A session on a host; opens nothing yet. Sessions on one host share its connection. */
  session(hostId: number | string): HostSession;
  /** Ends every connection. Commands under way end as SSH_OUTCOME_UNKNOWN. Safe twice. */
  close(): Promise<void>;
}

const defaults = Object.freeze({
  channelsMax: 8,
  connectTimeoutMs: 10_000,
  idleMs: 30_000,
  keepaliveIntervalMs: 1_000,
  drainMs: 2_000,
});

/**
 * Makes connections to hosts over SSH: one per host, opened with the first command, kept, opened anew when lost and
 * closed when idle. The host key is pinned, there is no agent and no forwarding. Nothing is connected yet.
 */
export function createHostConnections(options: HostConnectionsOptions): HostConnections {
  const resolved = { ...defaults, ...givenOnly(options) };
  const kept = new Map<number | string, KeptHost>();
  const closing = new AbortController();
  let sweepTimer: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    for (const [id, host] of kept) {
      if (host.idleMs() < resolved.idleMs) continue;
      kept.delete(id);
      void host.close();
    }
    sweepTimer = kept.size === 0 ? undefined : setTimeout(sweep, resolved.idleMs).unref();
  };
  const host = (id: number | string): KeptHost => {
    if (closing.signal.aborted) throw closedRefused();
    const known = kept.get(id);
    if (known) return known;
    const added = new KeptHost(id, { ...resolved, address: () => options.hosts(id), signal: closing.signal });
    kept.set(id, added);
    sweepTimer ??= setTimeout(sweep, resolved.idleMs).unref();
    return added;
  };
  return {
    session: (hostId) => openSession(hostId, host),
    close: async () => {
      clearTimeout(sweepTimer);
      closing.abort();
      await Promise.all([...kept.values()].map((known) => known.close()));
      kept.clear();
    },
  };
}

function openSession(hostId: number | string, host: (id: number | string) => KeptHost): HostSession {
  let closed = false;
  return {
    hostId,
    exec: async (command, options = {}) => {
      if (closed) throw closedRefused();
      return host(hostId).exec(command, options);
    },
    close: async () => {
      closed = true;
    },
  };
}

function givenOnly(options: HostConnectionsOptions): Partial<typeof defaults> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => typeof value === 'number'));
}

function closedRefused(): RefusedError<'HOST_SESSION_CLOSED'> {
  return new RefusedError('HOST_SESSION_CLOSED', 'Host session', [
    {
      code: 'HOST_SESSION_CLOSED',
      message: 'The session or its connections were closed before; no command is sent.',
      next: 'Open a new session.',
    },
  ]);
}
