import { defineService, type Service } from '../../workflow/index.ts';
import type { DatabaseConnections } from '../database/database-connections.ts';
import type { Dialect } from '../database/dialect.ts';
import type { HostConnections } from '../host/host-connections.ts';
import type { Inventory } from '../inventory/inventory.ts';

/** What the steps act with. Made by `oceanbaseServices`. */
export interface ObServices {
  readonly hosts: Pick<HostConnections, 'session'>;
  readonly databases: Pick<DatabaseConnections, 'session'>;
  /** How a version of OceanBase is spoken to. */
  readonly dialectOf: (obVersion: string) => Dialect;
  /** One transaction over the inventory. */
  readonly transact: <Result>(work: (inventory: Inventory) => Promise<Result>) => Promise<Result>;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
  /** Pause between two looks while waiting, in milliseconds. */
  readonly pollIntervalMs: number;
  /** How long servers may take until they serve, in milliseconds. */
  readonly activeTimeoutMs: number;
}

/** The service under which steps find what they act with. */
export const oceanbase: Service<ObServices> = defineService<ObServices>('oceanbase');
