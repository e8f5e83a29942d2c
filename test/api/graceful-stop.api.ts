import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { tellFigures } from '../faults/support/figures.ts';
import { hostOf, zones } from './support/places.ts';
import { addServer, get } from './support/requests.ts';
import type { ServerSettings } from './support/server-process.ts';
import { Stage } from './support/stage.ts';
import { atMost } from './support/slack.ts';

const runs = 100;
/** Requests that are under way when the signal comes. */
const asking = 20;
const leaveMaxMs = 10_000;
const sigterm = 128 + 15;
const timeoutMs = 120_000;
let stage: Stage;

afterEach(async () => {
  await stage.close();
});

/** Few slots and long bodies: whoever starts another run waits for its first task to begin. */
const crowded = { concurrency: 4, bodyMs: { minMs: 300, maxMs: 400 } };
const spacious = { concurrency: 64, bodyMs: { minMs: 10, maxMs: 50 } };

function starts(from: number, count: number): readonly string[] {
  const clusters = Array.from({ length: count }, (_, index) => from + index);
  return clusters.map((id) => addServer(id, { zoneName: zones.timed, hostId: hostOf(id) }));
}

/** A server with a hundred runs, of which tasks are done and under way. */
async function inFlight(settings: Partial<ServerSettings>): Promise<void> {
  stage = await Stage.open({ clusters: runs + asking, ...settings });
  const { statuses } = await stage.send({ requests: starts(1, runs), connections: runs });
  expect(statuses).toEqual({ 200: runs });
}

/** The next server finds all runs and carries them to their ends. */
async function carryOn(expected: number): Promise<number> {
  await stage.begin(spacious);
  const successful = get('/api/v2/tasks/instances?status=SUCCESSFUL&size=1');
  for (;;) {
    const [answer] = await stage.data([successful]);
    if (answer?.data?.page?.totalElements === expected) return (await stage.server.ask('vitals')).taken;
    await delay(200);
  }
}

describe(`a server that is asked to end with ${runs} runs in flight`, () => {
  it(
    'answers what it has been asked, has left within ten seconds, and the next one goes on',
    async () => {
      await inFlight(crowded);
      const asked = stage.send({ requests: starts(runs + 1, asking), connections: asking });
      await delay(300);
      const askedAtMs = performance.now();
      await stage.server.stop();
      const [ended, answered] = await Promise.all([stage.server.ended, asked]);
      const tookMs = Math.round(performance.now() - askedAtMs);
      expect(ended).toEqual({ code: 0, signal: null });
      expect(tookMs).toBeLessThanOrEqual(leaveMaxMs);
      expect([answered.statuses, answered.broken]).toEqual([{ 200: asking }, 0]);
      const taken = await carryOn(runs + asking);
      const details = `left after ${tookMs} ms; ${asking} requests under way were answered; ${taken} runs taken up`;
      tellFigures({ name: 'a server at SIGTERM', passed: runs, failed: 0, details });
    },
    timeoutMs,
  );

  it(
    'ends at once when it is asked again, and the next one goes on',
    async () => {
      // It cannot have ended by itself when it is asked again.
      await inFlight({ ...crowded, bodyMs: { minMs: 3_000, maxMs: 4_000 } });
      await stage.server.stop();
      // The same wish may arrive twice within 250 ms.
      await delay(300);
      const askedAtMs = performance.now();
      stage.server.child.kill('SIGTERM');
      expect(await stage.server.ended).toEqual({ code: sigterm, signal: null });
      const tookMs = Math.round(performance.now() - askedAtMs);
      expect(tookMs).toBeLessThanOrEqual(atMost(1_000));
      const taken = await carryOn(runs);
      tellFigures({
        name: 'a server at a second SIGTERM',
        passed: runs,
        failed: 0,
        details: `left after ${tookMs} ms; ${taken} runs taken up`,
      });
    },
    timeoutMs,
  );
});
