import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** The HTTP API over real sockets: attacks, limits and load. Given by `npm run test:api`. */
const { test, ...rest } = base;

export default mergeConfig(
  defineConfig(rest),
  defineConfig({
    root: new URL('..', import.meta.url).pathname,
    test: {
      pool: test?.pool ?? 'forks',
      env: test?.env ?? {},
      // Figures of time and memory are of one file alone.
      fileParallelism: false,
      testTimeout: 120_000,
      hookTimeout: 60_000,
      include: ['test/api/**/*.api.ts'],
    },
  }),
);
