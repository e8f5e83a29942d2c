import { it } from 'vitest';
import { keepsAll } from './kept.ts';
import { anyScenario } from './scenario.ts';

const timeoutMs = 300_000;

it.each([
  [40, 1_000],
  [200, 160],
])(
  'runs of up to %i tasks keep order, once, join, limit and stop: %i of them',
  { timeout: timeoutMs },
  async (tasksMax, runs) => {
    await keepsAll(anyScenario(tasksMax), runs);
  },
);
