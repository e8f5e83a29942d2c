import type { RefusedError } from '../errors/index.ts';
import type { Tables } from '../workflow/index.ts';
import { removeAccessKeysOf } from './access-keys.ts';
import { refused } from './refused.ts';
import { adminRole } from './roles.ts';
import { requireRoles } from './required-roles.ts';
import { firstUserName, requireUserName, type UserRecord } from './user-record.ts';
import { deleteUser, listUsers, readUser, requireUser, writeUser } from './user-rows.ts';

/** What a new user is made of. */
export interface NewUser {
  readonly name: string;
  readonly roles: readonly string[];
  /** See `hashPassword`. */
  readonly passwordHash: string;
  readonly nowMs: number;
}

const firstUserId = 100;

/** Adds a user. @throws RefusedError `INVALID_USER_NAME`, `UNKNOWN_ROLE`, `USER_EXISTS` */
export async function addUser(tables: Tables, { name, roles, passwordHash, nowMs }: NewUser): Promise<UserRecord> {
  requireUserName(name);
  const known = requireRoles(roles);
  if (await readUser(tables, name)) throw userExists(name);
  const id = name === firstUserName ? firstUserId : firstUserId + (await tables.nextNumber('user'));
  const user = { id, name, roles: known, passwordHash, createTimeMs: nowMs, updateTimeMs: nowMs };
  await writeUser(tables, user);
  return user;
}

/** Gives a user another password; see `hashPassword`. @throws RefusedError `USER_UNKNOWN` */
export async function setPasswordHash(
  tables: Tables,
  { name, passwordHash, nowMs }: Omit<NewUser, 'roles'>,
): Promise<UserRecord> {
  const user = { ...(await requireUser(tables, name)), passwordHash, updateTimeMs: nowMs };
  await writeUser(tables, user);
  return user;
}

/** Gives a user these roles and no others. @throws RefusedError `USER_UNKNOWN`, `UNKNOWN_ROLE`, `LAST_ADMIN`. O(users) */
export async function setRoles(
  tables: Tables,
  { name, roles, nowMs }: Omit<NewUser, 'passwordHash'>,
): Promise<UserRecord> {
  const known = requireRoles(roles);
  const before = await requireUser(tables, name);
  if (!known.includes(adminRole)) await requireOtherAdmin(tables, before);
  const user = { ...before, roles: known, updateTimeMs: nowMs };
  await writeUser(tables, user);
  return user;
}

/** Removes a user with all its access keys. @throws RefusedError `USER_UNKNOWN`, `LAST_ADMIN`. O(users + keys) */
export async function removeUser(tables: Tables, name: string): Promise<{ readonly accessKeys: number }> {
  await requireOtherAdmin(tables, await requireUser(tables, name));
  await deleteUser(tables, name);
  return { accessKeys: await removeAccessKeysOf(tables, name) };
}

/** A store that somebody can administer stays one. */
async function requireOtherAdmin(tables: Tables, { name, roles }: UserRecord): Promise<void> {
  if (!roles.includes(adminRole)) return;
  const users = await listUsers(tables);
  if (users.some((user) => user.name !== name && user.roles.includes(adminRole))) return;
  throw refused('LAST_ADMIN', 'User', {
    message: `${name} is the last user with the role ${adminRole}; nobody would be left who may do everything.`,
    next: `Give the role to somebody else first: precede user role NAME --add ${adminRole}`,
  });
}

function userExists(name: string): RefusedError<'USER_EXISTS'> {
  return refused('USER_EXISTS', 'User', {
    message: `There is a user ${name} already.`,
    next: `Change it with precede user passwd ${name} or precede user role ${name}, or choose another name.`,
  });
}
