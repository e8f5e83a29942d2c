import { randomBytes, randomInt, type KeyObject } from 'node:crypto';
import { PrecedeError } from '../errors/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { TableRows } from '../store/index.ts';
import type { Tables } from '../workflow/index.ts';
import { refused } from './refused.ts';
import { sealed, unsealed } from './sealed-text.ts';
import { requireUser } from './user-rows.ts';

/** By what a program signs its requests in the name of a user. */
export interface AccessKeyRecord {
  /** 16 letters and digits; no secret. */
  readonly accessKey: string;
  readonly userName: string;
  /** See `unsealSecretKey`. It goes to nobody. */
  readonly sealedSecretKey: string;
  readonly createTimeMs: number;
}

/** An access key that has just been made. */
export interface NewAccessKey {
  readonly accessKey: string;
  /** 32 hexadecimal digits. Nobody is told it again. */
  readonly secretKey: string;
}

const table = 'access_keys';
const keysMax = 20;

/**
 * Makes an access key for a user, its secret key sealed under `key`; see `openKeyFile`. O(access keys)
 *
 * @throws RefusedError `USER_UNKNOWN`; `TOO_MANY_ACCESS_KEYS` when the user has 20
 */
export async function createAccessKey(
  tables: Tables,
  { userName, key, nowMs }: { readonly userName: string; readonly key: KeyObject; readonly nowMs: number },
): Promise<NewAccessKey> {
  await requireUser(tables, userName);
  if ((await rowsOf(tables, userName)).length >= keysMax) throw tooMany(userName);
  const accessKey = Array.from({ length: 16 }, () => letters.charAt(randomInt(letters.length))).join('');
  const secretKey = randomBytes(16).toString('hex');
  const sealedSecretKey = sealed(secretKey, { key, label: accessKey });
  const record: AccessKeyRecord = { accessKey, userName, sealedSecretKey, createTimeMs: nowMs };
  await tables.put(table, accessKey, record as unknown as JsonObject);
  return { accessKey, secretKey };
}

/** The access keys of a user, or of all, the oldest first, without their secrets. O(access keys) */
export async function listAccessKeys(
  tables: Tables,
  userName?: string,
): Promise<readonly Omit<AccessKeyRecord, 'sealedSecretKey'>[]> {
  const rows = await rowsOf(tables, userName);
  return rows.map((row) => ({ accessKey: row.accessKey, userName: row.userName, createTimeMs: row.createTimeMs }));
}

/** What is known of an access key. */
export async function readAccessKey(tables: Tables, accessKey: string): Promise<AccessKeyRecord | undefined> {
  // Rows of this table are written by `createAccessKey` and by nothing else, so what is read is what was written.
  return (await tables.get(table, accessKey)) as AccessKeyRecord | undefined;
}

/** The same from rows that are read without waiting. */
export function accessKeyIn(rows: Pick<TableRows, 'get'>, accessKey: string): AccessKeyRecord | undefined {
  return rows.get(table, accessKey) as AccessKeyRecord | undefined;
}

/** The access keys whose secrets this key does not open. O(access keys) */
export function keysSealedElsewhere(rows: Pick<TableRows, 'list'>, key: KeyObject): readonly string[] {
  const records = rows.list(table) as unknown as readonly AccessKeyRecord[];
  return records
    .filter(({ accessKey, sealedSecretKey }) => unsealed(sealedSecretKey, { key, label: accessKey }) === undefined)
    .map(({ accessKey }) => accessKey);
}

/** Removes an access key: requests signed by it are refused from now on. @throws RefusedError `ACCESS_KEY_UNKNOWN` */
export async function removeAccessKey(tables: Tables, accessKey: string): Promise<AccessKeyRecord> {
  const record = await readAccessKey(tables, accessKey);
  if (!record) throw unknownKey(accessKey);
  await tables.delete(table, accessKey);
  return record;
}

/** Removes all access keys of a user. @returns how many. O(access keys) */
export async function removeAccessKeysOf(tables: Tables, userName: string): Promise<number> {
  const rows = await rowsOf(tables, userName);
  for (const { accessKey } of rows) await tables.delete(table, accessKey);
  return rows.length;
}

/** The secret key. @throws PrecedeError `ACCESS_KEY_SEALED` when it was sealed under another key, or was changed */
export function unsealSecretKey({ accessKey, sealedSecretKey }: AccessKeyRecord, key: KeyObject): string {
  const secretKey = unsealed(sealedSecretKey, { key, label: accessKey });
  if (secretKey === undefined) throw stillSealed(accessKey);
  return secretKey;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

async function rowsOf(tables: Tables, userName: string | undefined): Promise<readonly AccessKeyRecord[]> {
  const rows = (await tables.list(table)) as unknown as readonly AccessKeyRecord[];
  return userName === undefined ? rows : rows.filter((row) => row.userName === userName);
}

function tooMany(userName: string): Error {
  return refused('TOO_MANY_ACCESS_KEYS', 'Access key', {
    message: `${userName} has ${keysMax} access keys, which is the most that one user may have.`,
    next: `Remove one that is not used: precede user key list ${userName}`,
  });
}

function unknownKey(accessKey: string): Error {
  return refused('ACCESS_KEY_UNKNOWN', 'Access key', {
    message: `There is no access key ${JSON.stringify(accessKey.slice(0, 100))}.`,
    next: 'See precede user key list.',
  });
}

function stillSealed(accessKey: string): Error {
  return new PrecedeError('ACCESS_KEY_SEALED', {
    message: `The secret key of ${accessKey} does not open with this key file.`,
    next: 'Bring back the key file that it was made with, or remove the access key and make another.',
    details: { accessKey },
  });
}
