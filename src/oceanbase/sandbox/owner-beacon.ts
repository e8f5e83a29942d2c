import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import type { DaemonStart } from './observer/daemon.ts';
import { listenForLines, type LineMessage, type LinePeer, type SocketAddress } from './line-socket.ts';

/** How stand-ins notice their owner's end: its connections and its end of a FIFO close, even after kill -9. */
export interface OwnerBeacon {
  readonly address: SocketAddress;
  /** Closes both; whoever watches ends. Safe twice. */
  close(): Promise<void>;
}

/** What the owner does when a stand-in or another process of the same sandbox asks. */
export interface OwnerRequests {
  /** `rpm` on this host is in the middle of an install. */
  onInstalling(hostId: number): void;
  /** bin/observer on a host wants its daemon started; resolves with the exit status for bin/observer. */
  onStartObserver(start: DaemonStart): Promise<number>;
  /** Somebody who knows the token wants the sandbox to end. */
  onStop(): void;
}

/** Starts the beacon. Rejects with EADDRINUSE when another sandbox has the address: that is how two never meet. */
export async function openOwnerBeacon(
  options: { address: SocketAddress; token: string; fifo: string },
  requests: OwnerRequests,
): Promise<OwnerBeacon> {
  const { address, token, fifo } = options;
  const server = await listenForLines(address, (message, peer) => {
    if (message['token'] === token) void answer(message, peer, requests);
    else peer.close();
  });
  let descriptor: number | undefined = openFifo(fifo);
  return {
    address: { host: address.host, port: server.port },
    async close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
      rmSync(fifo, { force: true });
      await server.close();
    },
  };
}

async function answer(message: LineMessage, peer: LinePeer, requests: OwnerRequests): Promise<void> {
  const { op, hostId } = message;
  if (op === 'installing' && typeof hostId === 'number') requests.onInstalling(hostId);
  const status = op === 'start-observer' ? await requests.onStartObserver(message['start'] as DaemonStart) : 0;
  // 'watch' needs nothing but the connection itself.
  peer.send({ ok: true, pid: process.pid, status });
  if (op === 'stop') requests.onStop();
}

/** Opened for reading too, so that opening does not wait for a reader. */
function openFifo(path: string): number {
  rmSync(path, { force: true });
  execFileSync('/bin/sh', ['-c', 'mkfifo -m 600 "$1"', 'sh', path], { stdio: ['ignore', 'ignore', 'pipe'] });
  return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
}
