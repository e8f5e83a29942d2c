import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** The tests that take minutes: every fault, the undo of every step, large fleets. Given by `npm run test:slow`. */
const { test, ...rest } = base;

const alone = ['test/e2e/faults.slow.ts'];

export default mergeConfig(
  defineConfig(rest),
  defineConfig({
    root: new URL('..', import.meta.url).pathname,
    test: {
      pool: test?.pool ?? 'forks',
      maxWorkers: test?.maxWorkers ?? '100%',
      env: test?.env ?? {},
      testTimeout: test?.testTimeout ?? 30_000,
      projects: [
        // Sixteen hosts at once, which wait for each other no longer than hosts do: nothing runs beside them.
        { extends: true, test: { name: 'alone', include: alone, sequence: { groupOrder: 1 } } },
        {
          extends: true,
          test: { name: 'slow', include: ['test/**/*.slow.ts'], exclude: alone, sequence: { groupOrder: 2 } },
        },
      ],
    },
  }),
);
