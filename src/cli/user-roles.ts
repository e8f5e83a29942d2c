import { requireUser, setRoles, type UserRecord } from '../access/index.ts';
import type { Output } from './output.ts';
import { refusal } from './refusal.ts';
import { inStore } from './user-store.ts';
import { rolesText, shownUser } from './views/user-view.ts';

/** The flags of `precede user role`. */
export interface RoleFlags {
  readonly store?: string;
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly format: 'text' | 'json';
}

/** Gives a user roles and takes roles away, and shows what the user has then. */
export async function changeRoles(name: string, flags: RoleFlags, out: Output): Promise<void> {
  const { add = [], remove = [], format } = flags;
  const user = await inStore(flags.store, async (tables) => {
    const before = await requireUser(tables, name);
    if (add.length + remove.length === 0) return before;
    const missing = remove.find((role) => !before.roles.includes(role));
    if (missing !== undefined) throw notHeld(before, missing);
    const roles = [...before.roles, ...add].filter((role) => !remove.includes(role));
    return await setRoles(tables, { name, roles, nowMs: Date.now() });
  });
  if (format === 'json') out.lines([JSON.stringify(shownUser(user), null, 2)]);
  else out.lines([`${user.name}: ${rolesText(user.roles)}`]);
}

function notHeld({ name, roles }: UserRecord, role: string): Error {
  return refusal('Roles', {
    code: 'ROLE_NOT_HELD',
    message: `${name} does not have the role ${JSON.stringify(role.slice(0, 100))}.`,
    next: `${name} has ${rolesText(roles)}.`,
  });
}
