import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What a proxy can do to the connections that it carries at the moment; later ones are carried as before. */
export type ProxyCut = 'client-reset' | 'silent' | 'half-closed';

/** A TCP proxy on loopback. */
export interface TcpProxy {
  readonly port: number;
  cut(how: ProxyCut): void;
  close(): Promise<void>;
}

/** Carries connections to a port on loopback until it is told otherwise. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [client: Socket, server: Socket]>();
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const pair = [client, server] as const;
    pairs.add(pair);
    for (const [socket, partner] of [pair, [server, client]] as const) {
      socket.on('error', () => {});
      // A socket that is no longer read from would not see its own end.
      socket.on('close', () => partner.resume().destroySoon());
    }
    client.once('close', () => pairs.delete(pair));
    client.pipe(server);
    server.pipe(client);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cuts: Record<ProxyCut, (pair: readonly [client: Socket, server: Socket]) => void> = {
    'client-reset': ([client, server]) => {
      client.resetAndDestroy();
      server.destroy();
    },
    silent: ([client, server]) => {
      for (const socket of [client, server]) socket.unpipe().resume();
    },
    'half-closed': ([client, server]) => {
      for (const socket of [client, server]) socket.unpipe().resume().end();
    },
  };
  return {
    port: (listener.address() as AddressInfo).port,
    cut: (how) => {
      for (const pair of pairs) cuts[how](pair);
    },
    close: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
