import { serialTests } from './serial-tests.ts';

/** Crashes and faults, at every point and at random ones. Given by `npm run test:faults`. */
export default serialTests({ include: 'test/faults/**/*.fault.ts', testTimeout: 900_000, hookTimeout: 120_000 });
