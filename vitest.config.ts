import { configDefaults, defineConfig } from 'vitest/config';

/** Tests and workflows see the package's source under its own name, so that nothing needs a build. */
const conditions = ['@precede/source', 'node', 'import', 'module', 'default'];

/** What changes or measures its own process, or cleans up as it is loaded: each of these files has a process of its own. */
const apart = [
  'test/e2e/**/*.test.ts',
  'test/store/aside-file.test.ts',
  'test/oceanbase/steps/step-runner/act-once.test.ts',
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    pool: 'forks',
    maxWorkers: '100%',
    // For what hangs, not for what is slow: machines differ, and some have other things to do.
    testTimeout: 30_000,
    // Hundreds of processes are started from the source; each module is compiled once.
    env: { NODE_COMPILE_CACHE: new URL('node_modules/.cache/', import.meta.url).pathname },
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...apart],
          // A process loads each module once, not once for each file.
          isolate: false,
          typecheck: {
            enabled: true,
            include: ['test/**/*.test-d.ts'],
            tsconfig: '.config/tsconfig.test-types.json',
            // Errors outside the type tests are for `npm run types` to tell.
            ignoreSourceErrors: true,
          },
        },
      },
    ],
  },
});
