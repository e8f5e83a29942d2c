// A server over a store file, as `precede serve` puts it together, with a workflow whose bodies only wait. It tells its
// port to whoever has started it, answers what it is asked about itself, and goes on until SIGTERM.
import { existsSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { catchInterrupts } from '../../../src/cli/interrupts.ts';
import { createEngine } from '../../../src/run/index.ts';
import { createServer } from '../../../src/server/index.ts';
import { sqliteStore } from '../../../src/store/index.ts';
import type { Asked, ServerSettings, Told, Vitals } from './server-process.ts';
import { fillClusters } from './many-clusters.ts';
import { slowAddress } from './slow-clients.ts';
import { timedFlow } from './timed-flow.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as ServerSettings;
const { file, concurrency = Infinity, isUnlimited = true, clusters, spare, bodyMs } = settings;
const startedAtMs = performance.now();

const isNew = !existsSync(file);
const store = sqliteStore(file);
if (isNew) await fillClusters(store, { clusters, spare });
const workflow = timedFlow(bodyMs);
const interrupts = catchInterrupts();
let taken = 0;
let lastTakenAtMs = 0;
const nothing = (): void => undefined;
const logger = {
  debug: nothing,
  info: nothing,
  error: nothing,
  warn: ({ recoveries }: { readonly recoveries?: number }) => {
    if (recoveries === undefined) return;
    taken += 1;
    lastTakenAtMs = performance.now() - startedAtMs;
  },
};
const engine = createEngine({ store, workflows: [workflow], concurrency, logger });
const stopping: { because?: string } = {};
const app = await createServer({
  engine,
  store,
  workflows: { addObServer: workflow },
  ...(isUnlimited ? { requestLimit: { max: Infinity, windowMs: 1_000 } } : {}),
  notReadyBecause: () => stopping.because,
});
await app.listen({ port: 0, host: '127.0.0.1' });

const slow = { count: 0, longestMs: 0 };
app.server.on('connection', (socket: Socket) => {
  if (socket.remoteAddress !== slowAddress) return;
  const openedAtMs = performance.now();
  slow.count += 1;
  socket.once('close', () => {
    slow.longestMs = Math.max(slow.longestMs, performance.now() - openedAtMs);
  });
});
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on('message', (asked: Asked) => {
  if (asked === 'reset') delay.reset();
  void vitals().then((found) => {
    tell({ kind: 'vitals', vitals: found });
  });
});
const { port } = app.server.address() as AddressInfo;
tell({ kind: 'ready', port, startedMs: performance.now() - startedAtMs });

await new Promise((resolve) => {
  interrupts.asked.addEventListener('abort', resolve);
});
stopping.because = 'The server is stopping.';
tell({ kind: 'stopping' });
await Promise.all([app.close(), engine.close({ drainMs: 5_000 })]);
await store.close();
interrupts.stop();
process.disconnect();

function tell(told: Told): void {
  process.send?.(told);
}

async function vitals(): Promise<Vitals> {
  return {
    loopDelayP99Ms: delay.percentile(99) / 1e6,
    loopDelayMaxMs: delay.max / 1e6,
    rssMb: process.memoryUsage.rss() / 1_048_576,
    connections: await new Promise((resolve) => {
      app.server.getConnections((_error, count) => {
        resolve(count);
      });
    }),
    slow,
    taken,
    lastTakenAtMs,
    cpuMs: process.cpuUsage().user / 1e3 + process.cpuUsage().system / 1e3,
  };
}
