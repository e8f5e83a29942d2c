import { nearest, type RefusedError } from '../errors/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { TableRows } from '../store/index.ts';
import type { Tables } from '../workflow/index.ts';
import { refused } from './refused.ts';
import type { UserRecord } from './user-record.ts';

const table = 'users';

/** The user of this name, if there is one. */
export async function readUser(tables: Tables, name: string): Promise<UserRecord | undefined> {
  // Rows of this table are written by `writeUser` and by nothing else, so what is read is what was written.
  return (await tables.get(table, name)) as UserRecord | undefined;
}

/** The same from rows that are read without waiting. */
export function userIn(rows: Pick<TableRows, 'get'>, name: string): UserRecord | undefined {
  return rows.get(table, name) as UserRecord | undefined;
}

/** The user of this name. @throws RefusedError `USER_UNKNOWN` */
export async function requireUser(tables: Tables, name: string): Promise<UserRecord> {
  const user = await readUser(tables, name);
  if (!user) throw await unknownUser(tables, name);
  return user;
}

/** All users, in the order in which they were added. O(users). */
export async function listUsers(tables: Tables): Promise<readonly UserRecord[]> {
  return (await tables.list(table)) as unknown as readonly UserRecord[];
}

/** Puts a user in the place of what was known of the same name. */
export async function writeUser(tables: Tables, user: UserRecord): Promise<void> {
  await tables.put(table, user.name, user as unknown as JsonObject);
}

/** Forgets a user; nothing happens when there is none. */
export async function deleteUser(tables: Tables, name: string): Promise<void> {
  await tables.delete(table, name);
}

async function unknownUser(tables: Tables, name: string): Promise<RefusedError<'USER_UNKNOWN'>> {
  const names = (await listUsers(tables)).map((user) => user.name);
  const alike = nearest(name, names);
  return refused('USER_UNKNOWN', 'User', {
    message: `There is no user ${JSON.stringify(name.slice(0, 100))}.`,
    next: alike === undefined ? 'See precede user list.' : `Did you mean ${alike}? See precede user list.`,
  });
}
