import { createAccessKey, listAccessKeys, openKeyFile, removeAccessKey, requireUser } from '../access/index.ts';
import type { Output } from './output.ts';
import { storePath } from './store-place.ts';
import { inStore } from './user-store.ts';
import { dateText } from './views/clock-text.ts';
import { textTable } from './views/text-table.ts';

/** The flags of `precede user key list` and `remove`. */
export interface KeyFlags {
  readonly store?: string;
  readonly format: 'text' | 'json';
}

/** The flags of `precede user key add`. */
export interface NewKeyFlags extends KeyFlags {
  readonly keyFile?: string;
}

/** Makes an access key and shows its secret key, this once. */
export async function addKey(userName: string, flags: NewKeyFlags, out: Output): Promise<void> {
  // Before a key file is made for nothing.
  await inStore(flags.store, (tables) => requireUser(tables, userName));
  const key = openKeyFile(flags.keyFile ?? keyFileOf(storePath(flags.store)));
  const made = await inStore(flags.store, (tables) => createAccessKey(tables, { userName, key, nowMs: Date.now() }));
  if (flags.format === 'json') out.lines([JSON.stringify({ userName, ...made }, null, 2)]);
  else out.lines([`Access key: ${made.accessKey}`, `Secret key, shown only now: ${made.secretKey}`]);
}

/** Where the key file of a store is, unless somebody says otherwise: beside it, so that a copy of it goes without. */
function keyFileOf(store: string): string {
  return `${store}.key`;
}

/** Lists the access keys of a user, or of all. */
export async function showKeys(userName: string | undefined, flags: KeyFlags, out: Output): Promise<void> {
  const keys = await inStore(flags.store, async (tables) => {
    if (userName !== undefined) await requireUser(tables, userName);
    return await listAccessKeys(tables, userName);
  });
  const rows = keys.map((key) => [key.accessKey, key.userName, dateText(key.createTimeMs)]);
  if (flags.format === 'json') out.lines([JSON.stringify(keys, null, 2)]);
  else out.lines(textTable(['ACCESS KEY', 'USER', 'CREATED'], rows));
}

/** Removes an access key. */
export async function dropKey(accessKey: string, flags: KeyFlags, out: Output): Promise<void> {
  const { userName } = await inStore(flags.store, (tables) => removeAccessKey(tables, accessKey));
  if (flags.format === 'json') out.lines([JSON.stringify({ accessKey, userName }, null, 2)]);
  else out.lines([`Removed the access key ${accessKey} of ${userName}.`]);
}
