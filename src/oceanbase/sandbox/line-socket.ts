import { connect, createServer, type Server, type Socket } from 'node:net';
import { PrecedeError } from '../../errors/index.ts';

/** One side of a connection over which JSON objects travel, one a line. */
export interface LinePeer {
  send(message: object): void;
  /** Calls back once, when the connection is gone for whatever reason; at once when it already is. */
  onClose(listener: () => void): void;
  close(): void;
}

/** A message as it arrives: an object of unknown fields. */
export type LineMessage = Readonly<Record<string, unknown>>;

/** Where to listen or to connect to. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** A listening line server. */
export interface LineServer {
  readonly port: number;
  /** Stops listening and drops every connection. Safe twice. */
  close(): Promise<void>;
}

const lineBytesMax = 256 * 1024;

/** Listens on exactly this address (port 0: any free one). Rejects with the system's error, such as EADDRINUSE. */
export async function listenForLines(
  address: SocketAddress,
  onMessage: (message: LineMessage, peer: LinePeer) => void,
): Promise<LineServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const peer = peerOf(socket);
    readLines(socket, (message) => {
      onMessage(message, peer);
    });
  });
  const port = await listen(server, address);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Makes a server listen; resolves with its port, rejects with the system's error. */
export function listen(server: Server, address: SocketAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address.host, port: address.port, exclusive: true }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : address.port);
    });
  });
}

/** Connects; messages go to `onMessage`. Rejects with `NOT_REACHED` within `timeoutMs`. */
export function openLines(
  options: SocketAddress & { timeoutMs: number },
  onMessage: (message: LineMessage) => void,
): Promise<LinePeer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: options.host, port: options.port });
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), options.timeoutMs);
    socket.on('error', (cause) => {
      const message = `Nothing answers at ${options.host}:${options.port}: ${cause.message}.`;
      reject(new PrecedeError('NOT_REACHED', { message, cause }));
    });
    socket.on('close', () => {
      clearTimeout(timer);
    });
    socket.on('connect', () => {
      clearTimeout(timer);
      resolve(peerOf(socket));
    });
    readLines(socket, onMessage);
  });
}

/** Sends one message and resolves with the first answer. Rejects with `NOT_REACHED` when there is none within `timeoutMs`. */
export async function askOnce(options: SocketAddress & { timeoutMs: number; message: object }): Promise<LineMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<LineMessage>();
  const fail = (why: string): void => {
    const message = `${options.host}:${options.port} ${why}.`;
    reject(new PrecedeError('NOT_REACHED', { message }));
  };
  const timer = setTimeout(fail, options.timeoutMs, 'did not answer in time');
  const opening = openLines(options, resolve);
  opening.then(
    (peer) => {
      peer.onClose(() => {
        fail('closed the connection');
      });
      peer.send(options.message);
    },
    (error: unknown) => {
      fail(error instanceof Error ? error.message : 'is not reached');
    },
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    opening.then(
      (peer) => {
        peer.close();
      },
      () => undefined,
    );
  }
}

function peerOf(socket: Socket): LinePeer {
  socket.setNoDelay(true);
  return {
    send(message) {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    },
    onClose(listener) {
      if (socket.destroyed) listener();
      else socket.once('close', listener);
    },
    close() {
      socket.destroy();
    },
  };
}

function readLines(socket: Socket, onMessage: (message: LineMessage) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  // A peer that goes away is told by 'close'; without a listener its error would end the process.
  socket.on('error', () => undefined);
  socket.on('end', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    if (pending.length > lineBytesMax) socket.destroy();
    for (const line of lines) {
      const message = parseLine(line);
      if (message) onMessage(message);
      else socket.destroy();
    }
  });
}

function parseLine(line: string): LineMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as LineMessage) : undefined;
  } catch {
    return undefined;
  }
}
