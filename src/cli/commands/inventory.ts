import {
  describeInventory,
  inventoryEntries,
  inventoryJsonSchema,
  inventoryOf,
  writeInventory,
} from '../../oceanbase/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { checkInventory, type CheckFlags } from '../inventory-check.ts';
import { importInventoryFile, type ImportFlags } from '../inventory-import.ts';
import { scanKeys } from '../inventory-scan.ts';
import type { Terminal } from '../output.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';

interface ExportFlags {
  readonly store?: string;
  readonly format: 'text' | 'json';
}

const formats = ['text', 'json'] as const;

/** Adds `precede inventory` with `check`, `import`, `export`, `scan-keys` and `schema`. */
export function addInventoryCommand({ command: inventory, terminal, setExitCode }: CommandTools): void {
  inventory
    .description(
      'An inventory file says which clusters, hosts and packages there are and how they are reached. Secrets stand in ' +
        'it by reference only, and every host has its public key pinned.',
    )
    .addHelpText('after', examples);
  const check = inventory
    .command('check <file>')
    .summary('read a file through; exit code 2 when it is wrong')
    .option('--connect', 'also reach every host and database, and say what is there; exit code 1 when that is wrong');
  withFormat(check, formats).action(async (file: string, flags: CheckFlags) =>
    setExitCode(await checkInventory(file, flags, terminal)),
  );
  const take = inventory
    .command('import <file>')
    .summary('take a file into a store; what runs have made stays')
    .option('--dry-run', 'say what it would change, and write nothing');
  withFormat(withStoreFlag(take), formats).action((file: string, flags: ImportFlags) =>
    importInventoryFile(file, flags, terminal.out),
  );
  const give = inventory.command('export').summary("print a store's inventory as a file");
  withFormat(withStoreFlag(give), formats).action((flags: ExportFlags) => exportInventory(flags, terminal));
  const scan = inventory
    .command('scan-keys <file-or-host...>')
    .summary('read the public keys that hosts show, to be compared and pinned by you');
  withFormat(scan, formats).action(async (targets: readonly string[], flags: ExportFlags) =>
    setExitCode(await scanKeys(targets, flags, terminal)),
  );
  inventory
    .command('schema')
    .summary('print the JSON Schema of a file, by which editors complete it')
    .action(() => terminal.out.lines([JSON.stringify(inventoryJsonSchema(), null, 2)]));
}

const examples = `
Examples:
  precede inventory schema > inventory.schema.json
  precede inventory scan-keys 10.0.0.11 10.0.0.12:2222
  precede inventory check inventory.yaml --connect
  precede inventory import inventory.yaml --dry-run
  precede run add-ob-server --inventory inventory.yaml --hosts 1,2 --zone zone1
  precede inventory export > inventory.yaml`;

async function exportInventory({ store: file, format }: ExportFlags, { out }: Terminal): Promise<void> {
  const store = openExistingStore(storePath(file));
  try {
    const fleet = await store.transact((tables) => describeInventory(inventoryOf(tables)));
    if (format === 'json') out.lines([JSON.stringify(inventoryEntries(fleet), null, 2)]);
    else out.write(writeInventory(fleet));
  } finally {
    await store.close();
  }
}
