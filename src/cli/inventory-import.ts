import { importFleet, readInventoryFile, type FleetImport } from '../oceanbase/index.ts';
import { memoryStore, sqliteStore, type Store } from '../store/index.ts';
import { cleanLine } from '../text/index.ts';
import { countText } from './inventory-check.ts';
import type { Output } from './output.ts';
import { storeExists, storePath } from './store-place.ts';

/** What `precede inventory import` is asked. */
export interface ImportFlags {
  readonly store?: string;
  readonly dryRun?: true;
  readonly format: 'text' | 'json';
}

/** Takes a file into the inventory of a store, and says what that changed. */
export async function importInventoryFile(file: string, flags: ImportFlags, out: Output): Promise<void> {
  const fleet = await readInventoryFile(file);
  const storeFile = storePath(flags.store);
  const isDryRun = flags.dryRun ?? false;
  // A rehearsal leaves no store behind.
  const store = isDryRun && !storeExists(storeFile) ? memoryStore() : sqliteStore(storeFile);
  try {
    const result = await imported(store, isDryRun, (tables) => importFleet(tables, fleet, Date.now()));
    if (flags.format === 'json') out.lines([JSON.stringify({ file, store: storeFile, isDryRun, ...result }, null, 2)]);
    else out.lines(importLines(result, isDryRun));
  } finally {
    await store.close();
  }
}

class RehearsalEnd extends Error {}

async function imported(
  store: Store,
  isDryRun: boolean,
  work: (tables: Parameters<Parameters<Store['transact']>[0]>[0]) => Promise<FleetImport>,
): Promise<FleetImport> {
  let result: FleetImport | undefined;
  try {
    await store.transact(async (tables) => {
      result = await work(tables);
      // What throws is not committed.
      if (isDryRun) throw new RehearsalEnd();
    });
  } catch (error) {
    if (!(error instanceof RehearsalEnd) || !result) throw error;
  }
  if (!result) throw new TypeError('a transaction that has not been run');
  return result;
}

function importLines({ changes, unchanged, unlisted }: FleetImport, isDryRun: boolean): readonly string[] {
  const lines = changes.map(({ what, how, fields }) => {
    const changed = fields.map(({ field, from, to }) => `${field} ${JSON.stringify(from)} -> ${JSON.stringify(to)}`);
    return cleanLine(`${how.padEnd(7)}  ${what}${changed.length === 0 ? '' : `: ${changed.join(', ')}`}`);
  });
  return [
    ...lines,
    ...(unchanged > 0 ? [`${countText(unchanged, 'entry').replace('entrys', 'entries')} known just so.`] : []),
    ...(unlisted.length > 0 ? [`Not in the file, and left as they are: ${unlisted.join(', ')}.`] : []),
    ...(isDryRun ? ['Nothing was written: --dry-run.'] : []),
  ];
}
