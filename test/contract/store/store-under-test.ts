import type { Store } from '../../../src/store/index.ts';

/** Gives the store of the test that is running. */
export type StoreUnderTest = () => Store;
