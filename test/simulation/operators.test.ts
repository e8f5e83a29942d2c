import fc from 'fast-check';
import { expect, it } from 'vitest';
import { numberOfRuns } from './number-of-runs.ts';
import { operate, operatedRuns } from './operator-commands.ts';

it(
  'operators, bodies and crashes in any order: the run does what the model says, and what is refused changes nothing',
  { timeout: 120_000 },
  async () => {
    const runs = numberOfRuns(150);
    let played = 0;
    const play = async (operated: Parameters<typeof operate>[0]): Promise<void> => {
      await operate(operated);
      played += 1;
    };
    await fc.assert(fc.asyncProperty(operatedRuns(), play), { numRuns: runs });
    expect(played).toBe(runs);
  },
);
