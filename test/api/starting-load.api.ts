import { afterEach, describe, expect, it } from 'vitest';
import { tellFigures } from '../faults/support/figures.ts';
import { hostOf, zones } from './support/places.ts';
import { addServer } from './support/requests.ts';
import { Stage } from './support/stage.ts';
import { atLeast } from './support/slack.ts';

const warmUp = 100;
const starts = 800;
const timeoutMs = 120_000;
let stage: Stage;

afterEach(async () => {
  await stage.close();
});

/** Starts of runs on clusters from one to another. */
function requests(from: number, { count, zoneName }: { count: number; zoneName: string }): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    addServer(from + index, { zoneName, hostId: hostOf(from + index) }),
  );
}

describe('starting runs that are durable before they are answered (L2)', () => {
  for (const [what, zoneName, perSecondMin] of [
    ['whose first task goes on', zones.held, 200],
    ['that are carried out meanwhile', zones.timed, 0],
  ] as const) {
    it(
      `keeps its rate with runs ${what}`,
      async () => {
        stage = await Stage.open({ clusters: warmUp + starts });
        await stage.send({ requests: requests(1, { count: warmUp, zoneName }), connections: 50 });
        const { cpuMs } = await stage.server.ask('reset');
        const result = await stage.send({
          requests: requests(1 + warmUp, { count: starts, zoneName }),
          connections: 50,
        });
        const vitals = await stage.server.ask('vitals');
        const { perSecond, p50Ms, p99Ms, statuses, broken } = result;
        const details = [
          `${Math.round(perSecond)}/s, p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms with 50 connections`,
          `${((vitals.cpuMs - cpuMs) / starts).toFixed(1)} ms of processor time each`,
          `event-loop delay p99 ${Math.round(vitals.loopDelayP99Ms)} ms`,
        ].join(', ');
        tellFigures({ name: `L2 starting runs ${what}`, passed: statuses[200] ?? 0, failed: broken, details });
        expect([statuses, broken]).toEqual([{ 200: starts }, 0]);
        expect(perSecond).toBeGreaterThanOrEqual(atLeast(perSecondMin));
      },
      timeoutMs,
    );
  }
});
