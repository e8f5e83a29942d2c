import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** The tests that take minutes: every fault, the undo of every step, large fleets. Given by `npm run test:slow`. */
const { test, ...rest } = base;

export default mergeConfig(
  defineConfig(rest),
  defineConfig({
    root: new URL('..', import.meta.url).pathname,
    test: {
      pool: test?.pool ?? 'forks',
      maxWorkers: test?.maxWorkers ?? '100%',
      env: test?.env ?? {},
      testTimeout: test?.testTimeout ?? 30_000,
      include: ['test/**/*.slow.ts'],
    },
  }),
);
