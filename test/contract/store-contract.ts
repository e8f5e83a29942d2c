import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { appendContract } from './store/append-contract.ts';
import { createRunContract } from './store/create-run-contract.ts';
import { lifecycleContract } from './store/lifecycle-contract.ts';
import { listingContract } from './store/listing-contract.ts';
import { logContract } from './store/log-contract.ts';
import { ownershipContract } from './store/ownership-contract.ts';
import { pruneContract } from './store/prune-contract.ts';
import type { StoreUnderTest } from './store/store-under-test.ts';
import { tablesContract } from './store/tables-contract.ts';
import { tablesModelContract } from './store/tables-model-contract.ts';
import { versionsContract } from './store/versions-contract.ts';
import { viewContract } from './store/view-contract.ts';

/** Properties commit some hundred times, and a commit's sync can take long where others use the disk. */
const timeoutMs = 60_000;

/** Holds a store to every promise of the port. `open` gives an empty one each time; whoever calls this cleans up after it. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the store contract`, { timeout: timeoutMs }, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());
    const current: StoreUnderTest = () => store;

    describe('createRun', () => createRunContract(current));
    describe('append', () => appendContract(current));
    describe('takeRun, letGo and who may append', () => ownershipContract(current));
    describe('readRun and listRuns', () => listingContract(current));
    describe('runVersions, and runs of some ids', () => versionsContract(current));
    describe('prune', () => pruneContract(current));
    describe('appendLog and readLog', () => logContract(current));
    describe('transact', () => tablesContract(current));
    describe('transact against a model', () => tablesModelContract(open));
    describe('view', () => viewContract(current));
    describe('flush and close', () => lifecycleContract(current));
  });
}
