import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** The tests that kill, stop and disturb real processes. They measure time too, so one file runs at a time. */
const { test, ...rest } = base;

export default mergeConfig(
  defineConfig(rest),
  defineConfig({
    root: new URL('..', import.meta.url).pathname,
    test: { pool: test?.pool ?? 'forks', maxWorkers: 1, include: ['test/faults/**/*.fault.ts'] },
  }),
);
