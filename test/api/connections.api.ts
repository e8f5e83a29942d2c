import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic } from '../server/support/open-api.ts';
import { CaseTally } from './support/case-tally.ts';
import { inLanes, ownAddress } from './support/lanes.ts';
import { requestText } from './support/raw-http.ts';
import { serveApi, type ServedApi } from './support/served-api.ts';

const tally = new CaseTally('idle and aborted connections');
const each = 500;
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

/** What this process holds on to besides the clients themselves. */
function held() {
  const { server } = api.app;
  const listeners = server.eventNames().map((name) => [String(name), server.listenerCount(name)] as const);
  const kinds = Map.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  const count = (kind: string): number => kinds.get(kind)?.length ?? 0;
  return { listeners, sockets: count('TCPSocketWrap'), timers: count('Timeout'), servers: count('TCPServerWrap') };
}

/** Connections that send this and then do as they like; resolves once all are connected and it is sent. */
async function clients(bytes: string, after: (socket: Socket) => void): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  await inLanes(Array.from({ length: each }), 50, async (_item, index) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const socket = connect({ port: api.port, host: '127.0.0.1', localAddress: ownAddress(index) });
    socket.on('error', () => {}).resume();
    socket.once('connect', () => {
      if (bytes === '') resolve(undefined);
      else socket.write(bytes, () => resolve(undefined));
    });
    await promise;
    after(socket);
    sockets.push(socket);
  });
  return sockets;
}

describe('a thousand connections', () => {
  it('leave no socket, timer or listener behind, idle ones and aborted ones', async () => {
    await clients('', (socket) => socket.destroy());
    await settled(0);
    const before = held();
    const post = requestText({
      method: 'POST',
      target: '/api/v2/ob/clusters/9/servers',
      headers: [`Authorization: ${api.admin}`, 'Content-Type: application/json'],
      body: '{"zoneName":"zone1","servers":[1]}',
    });
    const get = requestText({ target: '/api/v2/ob/clusters', headers: [`Authorization: ${api.admin}`] });
    const guess = requestText({
      target: '/api/v2/info',
      headers: [`Authorization: ${basic('admin', 'wrong password')}`],
    });
    for (const bytes of ['', get.slice(0, 30), get, post.slice(0, -10), post, guess])
      await clients(bytes, (socket) => socket.destroy());
    for (const bytes of [get, post, guess]) await clients(bytes, (socket) => socket.resetAndDestroy());
    const idle = await clients('', () => {});
    const kept = await clients(get.replace('Connection: close', 'Connection: keep-alive'), () => {});
    const endMs = performance.now() + 15_000;
    while (performance.now() < endMs && [...idle, ...kept].some((socket) => !socket.closed)) await delay(100);
    await tally.piece(() => expect([...idle, ...kept].filter((socket) => !socket.closed)).toHaveLength(0));
    await settled(before.sockets);
    const after = held();
    await tally.piece(() => expect(after.listeners).toEqual(before.listeners));
    await tally.piece(() => expect(after.sockets).toBeLessThanOrEqual(before.sockets));
    await tally.piece(() => expect(after.timers).toBeLessThanOrEqual(before.timers + 1));
    await tally.piece(() => expect(after.servers).toBe(before.servers));
    await tally.piece(() => expect(api.log.filter((line) => line.includes('a request failed'))).toEqual([]));
    tally.detail(`${11 * each} connections`);
  });
});

/** Waits until as few sockets are open as there were. */
async function settled(sockets: number): Promise<void> {
  const endMs = performance.now() + 12_000;
  while (held().sockets > sockets && performance.now() < endMs) await delay(50);
}
