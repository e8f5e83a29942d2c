import { middleOf, readings, readingText } from '../test/api/support/readings.ts';
import { Stage } from '../test/api/support/stage.ts';

/**
 * How fast tasks are read over HTTP, over 1, 10 and 50 keep-alive connections with a Basic login, each beside a constant
 * answer of the same size from a bare Fastify app in the same round. The shares are what to look at: absolute rates are
 * of the machine and of its neighbours.
 */
const busyRuns = 300;
for (const connections of [1, 10, 50]) {
  const stage = await Stage.open({ clusters: busyRuns + 2, concurrency: 32 });
  const all = await readings(stage, { rounds: 3, forMs: 2_000, connections, busyRuns });
  for (const name of ['live, quiet', 'ended', 'live, changing'])
    process.stdout.write(`${connections} connections · ${name} · ${readingText(middleOf(all, name))}\n`);
  await stage.close();
}
