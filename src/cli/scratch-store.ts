import {
  inventoryOf,
  registerSandbox,
  type FleetDescription,
  type Inventory,
  type SandboxAccess,
} from '../oceanbase/index.ts';
import { memoryStore, type Store } from '../store/index.ts';
import { registrationOf } from './inventory-flag.ts';
import { openExistingStore, storeExists } from './store-place.ts';

/** What a scratch store begins with. */
export interface ScratchOptions {
  /** Absolute path of the store whose inventory is copied, if there is one. */
  readonly storeFile: string;
  readonly access?: SandboxAccess | undefined;
  readonly inventory?: FleetDescription | undefined;
}

/** A store in memory, for looking: whatever is done to it, nothing is written anywhere. */
export interface ScratchStore {
  /** The inventory is that of the real store, with what a run would take into it first. */
  readonly store: Pick<Store, 'transact' | 'listRuns'>;
  close(): Promise<void>;
}

/** Makes one. Runs are listed from the real store. */
export async function openScratchStore({ storeFile, access, inventory }: ScratchOptions): Promise<ScratchStore> {
  const scratch = memoryStore();
  const real = storeExists(storeFile) ? openExistingStore(storeFile) : undefined;
  const close = async (): Promise<void> => {
    await scratch.close();
    await real?.close();
  };
  try {
    await fill(scratch, real, { access, inventory });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    store: {
      transact: (work, patienceMs) => scratch.transact(work, patienceMs),
      listRuns: async (filter) => (await real?.listRuns(filter)) ?? [],
    },
    close,
  };
}

async function fill(
  scratch: Store,
  real: Store | undefined,
  { access, inventory }: Omit<ScratchOptions, 'storeFile'>,
): Promise<void> {
  if (real) {
    const copy = await real.transact((tables) => rowsOf(inventoryOf(tables)));
    await scratch.transact(async (tables) => {
      await putAll(inventoryOf(tables), copy);
      // Rows that are made now must not take the place of those that are there.
      for (const { id } of copy.servers) while ((await tables.nextNumber('server')) < id);
    });
  }
  const nowMs = Date.now();
  await scratch.transact(async (tables) => {
    if (access) await registerSandbox(tables, access, nowMs);
    else if (inventory) await registrationOf(inventory)(tables, nowMs);
  });
}

type Rows = { readonly [Kind in keyof Inventory]: Awaited<ReturnType<Inventory[Kind]['list']>> };

async function rowsOf({ clusters, zones, servers, hosts, packages }: Inventory): Promise<Rows> {
  return {
    clusters: await clusters.list(),
    zones: await zones.list(),
    servers: await servers.list(),
    hosts: await hosts.list(),
    packages: await packages.list(),
  };
}

async function putAll(inventory: Inventory, rows: Rows): Promise<void> {
  for (const row of rows.clusters) await inventory.clusters.put(row);
  for (const row of rows.zones) await inventory.zones.put(row);
  for (const row of rows.servers) await inventory.servers.put(row);
  for (const row of rows.hosts) await inventory.hosts.put(row);
  for (const row of rows.packages) await inventory.packages.put(row);
}
