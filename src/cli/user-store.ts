import { sqliteStore, type Store } from '../store/index.ts';
import type { Tables } from '../workflow/index.ts';
import { openExistingStore, storePath } from './store-place.ts';

/** Does work in one transaction of the store that a flag names, which must be there. */
export async function inStore<Result>(
  flag: string | undefined,
  work: (tables: Tables) => Promise<Result>,
): Promise<Result> {
  return await inOpened(openExistingStore(storePath(flag)), work);
}

/** The same in a store that is made when it is not there. */
export async function inNewStore<Result>(
  flag: string | undefined,
  work: (tables: Tables) => Promise<Result>,
): Promise<Result> {
  return await inOpened(sqliteStore(storePath(flag)), work);
}

async function inOpened<Result>(store: Store, work: (tables: Tables) => Promise<Result>): Promise<Result> {
  try {
    return await store.transact(work);
  } finally {
    await store.close();
  }
}
