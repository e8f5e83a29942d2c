import { afterEach, describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { tellFigures } from '../faults/support/figures.ts';
import { hostOf, zones } from './support/places.ts';
import { addServer, detail, get } from './support/requests.ts';
import { Stage } from './support/stage.ts';
import { atMost } from './support/slack.ts';

const runs = 1_000;
/** Tasks under way at once; all runs are open meanwhile. */
const concurrency = 64;
const pollMs = 200;
const timeoutMs = 300_000;
let stage: Stage;

afterEach(async () => {
  await stage.close();
});

async function startAll(zoneName: string): Promise<void> {
  const requests = Array.from({ length: runs }, (_, index) =>
    addServer(index + 1, { zoneName, hostId: hostOf(index + 1) }),
  );
  const { statuses, broken } = await stage.send({ requests, connections: 50 });
  expect([statuses, broken]).toEqual([{ 200: runs }, 0]);
}

/** How many runs have a status. */
async function count(status: string): Promise<number> {
  const [answer] = await stage.data([get(`/api/v2/tasks/instances?status=${status}&size=1`)]);
  return answer?.data?.page?.totalElements ?? 0;
}

async function allSuccessful(): Promise<void> {
  while ((await count('SUCCESSFUL')) < runs) {
    expect(await count('FAILED')).toBe(0);
    await delay(pollMs);
  }
}

describe(`${runs} runs in flight`, () => {
  it(
    'all end, while the server stays responsive and small',
    async () => {
      stage = await Stage.open({ clusters: runs, concurrency });
      await stage.server.ask('reset');
      const startedAtMs = performance.now();
      await startAll(zones.timed);
      const polled = await stage.send({
        requests: Array.from({ length: runs }, (_, index) => detail(index + 1)),
        connections: 4,
        forMs: 3_000,
        pauseMs: 20,
      });
      await allSuccessful();
      const tookS = (performance.now() - startedAtMs) / 1_000;
      const { loopDelayP99Ms, loopDelayMaxMs, rssMb } = await stage.server.ask('vitals');
      const details = [
        `${tookS.toFixed(1)} s for ${runs} runs of 21 tasks`,
        `event-loop delay p99 ${Math.round(loopDelayP99Ms)} ms, max ${Math.round(loopDelayMaxMs)} ms, RSS ${Math.round(rssMb)} MB`,
        `${polled.count} reads meanwhile, p99 ${Math.round(polled.p99Ms)} ms`,
      ].join('; ');
      tellFigures({ name: 'R31 runs in flight', passed: runs, failed: 0, details });
      expect([polled.broken, Object.keys(polled.statuses)]).toEqual([0, ['200']]);
      expect(rssMb).toBeLessThanOrEqual(500);
      expect(loopDelayP99Ms).toBeLessThanOrEqual(atMost(50));
    },
    timeoutMs,
  );

  it(
    'are all taken up by the next process within 5 seconds of a kill -9',
    async () => {
      stage = await Stage.open({ clusters: runs });
      // Each has its first task under way, so that all of them are open when the process goes.
      await startAll(zones.held);
      await stage.server.kill();
      const { port } = await stage.begin();
      expect(port).toBeGreaterThan(0);
      let vitals = await stage.server.ask('vitals');
      while (vitals.taken < runs) {
        await delay(pollMs);
        vitals = await stage.server.ask('vitals');
      }
      expect(await count('RUNNING')).toBe(runs);
      const details = `all taken up ${Math.round(vitals.lastTakenAtMs)} ms after the new process had begun`;
      tellFigures({ name: 'R31 runs taken up after a kill -9', passed: vitals.taken, failed: 0, details });
      expect(vitals.lastTakenAtMs).toBeLessThanOrEqual(atMost(5_000));
    },
    timeoutMs,
  );

  it(
    'that were killed in the middle all end under the next process',
    async () => {
      stage = await Stage.open({ clusters: runs, concurrency });
      await startAll(zones.timed);
      await stage.server.kill();
      await stage.begin();
      await allSuccessful();
      const { taken, lastTakenAtMs } = await stage.server.ask('vitals');
      const details = `${taken} were open and were taken up within ${Math.round(lastTakenAtMs)} ms`;
      tellFigures({ name: 'R31 runs that ended after a kill -9', passed: runs, failed: 0, details });
      expect(lastTakenAtMs).toBeLessThanOrEqual(atMost(5_000));
    },
    timeoutMs,
  );
});
