import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from './limits.ts';

interface Connection {
  /** How much it had taken at each of the last looks, for as long as something was left to take. */
  looks: readonly number[];
  /** Requests that are under way on it. */
  requests: number;
  /** When it had its last answer; undefined before. */
  answeredAtMs: number | undefined;
}

const looksMax = limits.answerTimeoutMs / limits.checkIntervalMs;
const bytesMin = (limits.answerBytesPerSecond * limits.answerTimeoutMs) / 1_000;
/** Node counts how long a connection is idle anew with every byte, also with those that begin no request. */
const restingMaxMs = limits.keepAliveMs + limits.headersTimeoutMs;

/**
 * Ends connections that are held for nothing: whose client takes its answers too slowly, so that they stand in memory, or
 * that send blank lines instead of requests. One look at all connections every second costs answers next to nothing.
 */
export function endSlowConnections(app: FastifyInstance, { isTls }: { readonly isTls: boolean }): void {
  const connections = new Map<Socket, Connection>();
  app.server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.set(socket, { looks: [], requests: 0, answeredAtMs: undefined });
    socket.once('close', () => connections.delete(socket));
  });
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(socket);
    if (!connection) return;
    connection.requests += 1;
    response.once('close', () => {
      connection.requests -= 1;
      connection.answeredAtMs = performance.now();
    });
  });
  const timer = setInterval(() => {
    for (const [socket, connection] of connections) {
      connection.looks = looksAt(socket, connection);
      // Closed kindly, the system would keep for minutes what it has accepted and cannot deliver.
      if (isTooSlow(connection) || isHeldForNothing(connection)) socket.resetAndDestroy();
    }
  }, limits.checkIntervalMs);
  timer.unref();
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    done();
  });
}

function looksAt(socket: Socket, { looks }: Connection): readonly number[] {
  if (socket.writableLength === 0) return [];
  return [...looks, socket.bytesWritten - socket.writableLength].slice(-(looksMax + 1));
}

function isTooSlow({ looks }: Connection): boolean {
  const [first = 0] = looks;
  return looks.length > looksMax && (looks.at(-1) ?? 0) - first < bytesMin;
}

function isHeldForNothing({ requests, answeredAtMs }: Connection): boolean {
  return requests === 0 && answeredAtMs !== undefined && performance.now() - answeredAtMs > restingMaxMs;
}
