import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import { limits } from './limits.ts';

/** What a connection was sent and has not taken yet. */
interface Backlog {
  readonly sinceMs: number;
  readonly takenBefore: number;
  /** How much it had taken when it last took something, and when that was seen. */
  readonly taken: number;
  readonly takenAtMs: number;
}

/**
 * Ends connections whose client does not take its answers in time, so that nobody holds answers in memory for long: it
 * takes nothing for a while, or it takes them too slowly for longer than that. One look at all connections every second
 * costs answers nothing.
 */
export function endSlowReaders(app: FastifyInstance): void {
  const backlogs = new Map<Socket, Backlog | undefined>();
  app.server.on('connection', (socket: Socket) => {
    backlogs.set(socket, undefined);
    socket.once('close', () => backlogs.delete(socket));
  });
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const [socket, before] of backlogs) {
      const backlog = backlogOf(socket, before, nowMs);
      if (backlog && isTooSlow(backlog, nowMs)) socket.destroy();
      else backlogs.set(socket, backlog);
    }
  }, limits.checkIntervalMs);
  timer.unref();
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    done();
  });
}

function backlogOf(socket: Socket, before: Backlog | undefined, nowMs: number): Backlog | undefined {
  if (socket.writableLength === 0) return undefined;
  const taken = socket.bytesWritten - socket.writableLength;
  if (!before) return { sinceMs: nowMs, takenBefore: taken, taken, takenAtMs: nowMs };
  return taken === before.taken ? before : { ...before, taken, takenAtMs: nowMs };
}

function isTooSlow({ sinceMs, takenBefore, taken, takenAtMs }: Backlog, nowMs: number): boolean {
  const { answerTimeoutMs, answerBytesPerSecond } = limits;
  if (nowMs - takenAtMs > answerTimeoutMs) return true;
  return nowMs - sinceMs > answerTimeoutMs + ((taken - takenBefore) / answerBytesPerSecond) * 1_000;
}
