import fc from 'fast-check';
import { expect, it } from 'vitest';
import { operate, operatedRuns } from '../simulation/operator-commands.ts';
import { sizeOf, throwDice } from './support/dice.ts';
import { tellFigures } from './support/figures.ts';

const dice = throwDice();
const sequences = sizeOf('PRECEDE_SEQUENCES', 10_000);

it('every action at random moments, with crashes between: the run does what the model says', async () => {
  let played = 0;
  let steps = 0;
  let divergence: unknown;
  const play = async (operated: Parameters<typeof operate>[0]): Promise<void> => {
    steps += await operate(operated);
    played += 1;
  };
  try {
    await fc.assert(fc.asyncProperty(operatedRuns(), play), { numRuns: sequences, seed: dice.seed });
  } catch (error) {
    divergence = error;
  }
  const failed = divergence === undefined ? 0 : 1;
  const details = `${steps} steps; PRECEDE_SEED=${dice.seed}`;
  tellFigures({ name: 'operator actions against the model', passed: failed === 0 ? played : 0, failed, details });
  expect(divergence).toBeUndefined();
  expect(played).toBe(sequences);
});
