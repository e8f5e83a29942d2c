import { serialTests } from './serial-tests.ts';

/** The HTTP API over real sockets: attacks, limits and load. Given by `npm run test:api`. */
export default serialTests({ include: 'test/api/**/*.api.ts', testTimeout: 120_000, hookTimeout: 60_000 });
