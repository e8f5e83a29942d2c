import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** Crashes and faults, at every point and at random ones. Given by `npm run test:faults`. */
const { test, ...rest } = base;

export default mergeConfig(
  defineConfig(rest),
  defineConfig({
    root: new URL('..', import.meta.url).pathname,
    test: {
      pool: test?.pool ?? 'forks',
      env: test?.env ?? {},
      fileParallelism: false,
      testTimeout: 900_000,
      hookTimeout: 120_000,
      include: ['test/faults/**/*.fault.ts'],
    },
  }),
);
