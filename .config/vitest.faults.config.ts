import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** The tests that break what is under way, again and again, at random moments. Given by `npm run test:faults`. */
const { test, ...rest } = base;

export default mergeConfig(
  defineConfig(rest),
  defineConfig({
    root: new URL('..', import.meta.url).pathname,
    test: {
      pool: test?.pool ?? 'forks',
      include: ['test/faults/**/*.fault.ts'],
      // Bounds on times are asserted, so no file may take the machine from another.
      fileParallelism: false,
      testTimeout: 600_000,
      hookTimeout: 60_000,
    },
  }),
);
