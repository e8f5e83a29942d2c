import type { Command } from 'commander';
import { existsSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { sqliteStore, type Store } from '../store/index.ts';

/** Where runs are kept when nobody says otherwise. */
const storeDefault = './.precede/store.db';

/** Adds the flag that names the store. */
export function withStoreFlag(command: Command): Command {
  return command.option('--store <file>', `where runs are kept (default: $PRECEDE_STORE, else ${storeDefault})`);
}

/** The absolute path of the store that the flag, the environment or the default names. */
export function storePath(flag: string | undefined): string {
  const fromEnvironment = process.env['PRECEDE_STORE'] ?? '';
  return resolve(flag ?? (fromEnvironment === '' ? storeDefault : fromEnvironment));
}

/** The path of a store in a new temporary directory, which stays. */
export function temporaryStorePath(): string {
  return join(realpathSync(mkdtempSync(join(tmpdir(), 'precede-run-'))), 'store.db');
}

export function storeExists(file: string): boolean {
  return existsSync(file);
}

/** Opens a store that is there already. @throws StoreUnreadableError when it is not */
export function openExistingStore(file: string): Store {
  return sqliteStore(file, { mustExist: true });
}

/** Where the JSON or the log of a run goes: beside its store. */
export function besideStore(store: string, runId: number, kind: 'json' | 'log'): string {
  const base = store.slice(0, store.length - extname(store).length);
  return `${base}.run-${runId}.${kind}`;
}
