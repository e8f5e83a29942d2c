import { readInventoryRows } from '../../oceanbase/index.ts';
import type { Clock } from '../../run/index.ts';
import type { Store } from '../../store/index.ts';
import { indexInventory, type InventoryIndex } from '../inventory/inventory-index.ts';

/** What the routes of the inventory read. */
export interface InventoryParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** The inventory as it stands now. O(its rows). */
export async function inventoryNow({ store, clock }: InventoryParts): Promise<InventoryIndex> {
  const rows = await store.view((tables) => readInventoryRows(tables));
  return indexInventory(rows, clock.utcOffsetMinutes(clock.nowMs()));
}
