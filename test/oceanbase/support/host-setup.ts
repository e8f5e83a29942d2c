import { createHostConnections } from '../../../src/oceanbase/host/host-connections.ts';
import type { HostConnections, HostConnectionsOptions } from '../../../src/oceanbase/host/host-connections.ts';
import type { HostAddress } from '../../../src/oceanbase/host/host-address.ts';
import type { HostSession } from '../../../src/oceanbase/host/host-session.ts';
import { atEnd } from './cleanups.ts';
import { startSshServer } from './ssh-server.ts';
import type { SshFixture, SshFixtureOptions } from './ssh-server.ts';

/** A host with an SSH server and a session on it. */
export interface HostSetup {
  readonly server: SshFixture;
  readonly connections: HostConnections;
  readonly host: HostSession;
  /** Where the next connection goes; a test may move it. */
  readonly place: { port: number };
  /** A session over connections of its own, as another process has. */
  another(): HostSession;
}

/** Starts an SSH server and opens a session on it; `change` is what the inventory has wrong. Ends with the test. */
export async function setupHost(
  serverOptions: SshFixtureOptions = {},
  options: Partial<HostConnectionsOptions> = {},
  change: (address: HostAddress) => HostAddress = (address) => address,
): Promise<HostSetup> {
  const server = await startSshServer(serverOptions);
  const address = change(server.address);
  const place = { port: address.port };
  const connect = (): HostConnections => {
    const made = createHostConnections({ hosts: async () => ({ ...address, ...place }), ...options });
    atEnd(() => made.close());
    return made;
  };
  atEnd(() => server.close());
  const connections = connect();
  return { server, connections, host: connections.session(1), place, another: () => connect().session(1) };
}

/** Ends a command as a host does. */
export function exitWith(channel: { exit(status: number): void; end(): void }, status: number): void {
  channel.exit(status);
  channel.end();
}
