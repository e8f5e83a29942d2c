import { afterEach, describe, expect, it } from 'vitest';
import { tellFigures } from '../faults/support/figures.ts';
import { middleOf, readings, readingText } from './support/readings.ts';
import { Stage } from './support/stage.ts';
import { atLeast, atMost } from './support/slack.ts';

const timeoutMs = 120_000;
const busyRuns = 300;
let stage: Stage;

afterEach(async () => {
  await stage.close();
});

describe('reading tasks with 50 connections at once (L1)', () => {
  it(
    'keeps at least half the rate of a constant answer of the same size, without an error',
    async () => {
      stage = await Stage.open({ clusters: busyRuns + 2, concurrency: 32 });
      const all = await readings(stage, { rounds: 5, forMs: 1_500, connections: 50, busyRuns });
      for (const name of ['live, quiet', 'ended', 'live, changing']) {
        const middle = middleOf(all, name);
        tellFigures({
          name: `L1 reading tasks, ${name}`,
          passed: middle.result.count,
          failed: 0,
          details: readingText(middle),
        });
      }
      expect(all.map(({ result: { broken, statuses } }) => [broken, Object.keys(statuses)])).toEqual(
        all.map(() => [0, ['200']]),
      );
      for (const name of ['live, quiet', 'ended']) {
        const { result, share } = middleOf(all, name);
        expect(share).toBeGreaterThanOrEqual(atLeast(0.5));
        expect(result.perSecond).toBeGreaterThanOrEqual(atLeast(2_000));
        expect(result.p99Ms).toBeLessThanOrEqual(atMost(50));
      }
    },
    timeoutMs,
  );
});
