import { defineConfig } from 'vitest/config';

/** Tests and workflows see the package's source under its own name, so that nothing needs a build. */
const conditions = ['@precede/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: '100%',
    typecheck: {
      enabled: true,
      include: ['test/**/*.test-d.ts'],
      tsconfig: '.config/tsconfig.test-types.json',
      // Errors outside the type tests are for `npm run types` to tell.
      ignoreSourceErrors: true,
    },
  },
});
