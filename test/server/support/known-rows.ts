import { readInventoryRows, type Inventory, type InventoryRows } from 'precede/oceanbase';
import { knownStore } from '../../workflows/add-ob-server/known-inventory.ts';

const tableNames = ['clusters', 'zones', 'servers', 'hosts', 'packages'];

/** The rows of the test inventory as a store holds them, changed by `change`. */
export async function knownRows(change?: (inventory: Inventory) => Promise<void>): Promise<InventoryRows> {
  const store = await knownStore(change);
  return store.transact(async (tables) => {
    const lists = new Map(await Promise.all(tableNames.map(async (name) => [name, await tables.list(name)] as const)));
    return readInventoryRows({ list: (name) => lists.get(name) ?? [] });
  });
}
