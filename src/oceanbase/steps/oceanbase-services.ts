import { provide, type ProvidedService, type Tables } from '../../workflow/index.ts';
import { createDatabaseConnections } from '../database/database-connections.ts';
import { dialectOf } from '../database/dialect-of.ts';
import { createHostConnections } from '../host/host-connections.ts';
import { databaseAddressesOf, hostAddressOf } from '../inventory/addresses.ts';
import { inventoryOf, type Inventory } from '../inventory/inventory.ts';
import { oceanbase, type ObServices } from './services.ts';
import { incomplete } from './site.ts';

/** What the steps' services are made of. */
export interface OceanbaseServicesOptions {
  /** The store that keeps the inventory beside the runs. */
  readonly store: { transact<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result> };
  /** Told each password and key before it is used, so that it can be kept out of logs. @default nobody is told */
  readonly onSecret?: (secret: string) => void;
  /** Pause between two looks while waiting, in milliseconds. @default 1_000 */
  readonly pollIntervalMs?: number;
  /** How long servers may take until they serve, in milliseconds. @default 1_790_000, just below the task's timeout */
  readonly activeTimeoutMs?: number;
  /** @default Date.now */
  readonly nowMs?: () => number;
}

/** What the steps need, ready for `createEngine({ services })`. */
export interface OpenedServices {
  readonly services: readonly ProvidedService[];
  /** Ends every connection. Safe twice. */
  close(): Promise<void>;
}

/** Opens what the steps act with: kept connections to the hosts and clusters that the inventory names. Connects to nothing yet. */
export function oceanbaseServices(options: OceanbaseServicesOptions): OpenedServices {
  const { store, onSecret, pollIntervalMs = 1_000, activeTimeoutMs = 1_790_000, nowMs = Date.now } = options;
  const transact = <Result>(work: (inventory: Inventory) => Promise<Result>): Promise<Result> =>
    store.transact((tables) => work(inventoryOf(tables)));
  const hosts = createHostConnections({
    hosts: async (id) => {
      const host = await transact((inventory) => inventory.hosts.get(Number(id)));
      if (!host) throw incomplete(`host ${id}`);
      return await hostAddressOf(host, onSecret);
    },
  });
  const databases = createDatabaseConnections({
    address: async (id) => {
      const cluster = await transact((inventory) => inventory.clusters.get(Number(id)));
      if (!cluster) throw incomplete(`cluster ${id}`);
      return await databaseAddressesOf(cluster, onSecret);
    },
  });
  const implementation: ObServices = { hosts, databases, dialectOf, transact, nowMs, pollIntervalMs, activeTimeoutMs };
  return {
    services: [provide(oceanbase, implementation)],
    close: async () => {
      await Promise.all([hosts.close(), databases.close()]);
    },
  };
}
