import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** Which tests, and how long one of them and what prepares it may take, in milliseconds. */
export interface SerialTests {
  readonly include: string;
  readonly testTimeout: number;
  readonly hookTimeout: number;
}

/** A configuration of tests whose files run one after another: they crash processes, or measure them. */
export function serialTests({ include, testTimeout, hookTimeout }: SerialTests) {
  const { test, ...rest } = base;
  const root = new URL('..', import.meta.url).pathname;
  const own = { pool: test?.pool ?? 'forks', env: test?.env ?? {}, fileParallelism: false };
  return mergeConfig(
    defineConfig(rest),
    defineConfig({ root, test: { ...own, testTimeout, hookTimeout, include: [include] } }),
  );
}
