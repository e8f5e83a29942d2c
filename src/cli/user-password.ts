import {
  addUser,
  generatePassword,
  hashPassword,
  requireRoles,
  requireUser,
  requireUserName,
  setPasswordHash,
  type UserRecord,
} from '../access/index.ts';
import type { Output } from './output.ts';
import { readPassword } from './password-file.ts';
import { inNewStore, inStore } from './user-store.ts';
import { rolesText, shownUser } from './views/user-view.ts';

/** The flags of `precede user passwd`. */
export interface PasswordFlags {
  readonly store?: string;
  readonly passwordFile?: string;
  readonly format: 'text' | 'json';
}

/** The flags of `precede user add`. */
export interface AddFlags extends PasswordFlags {
  readonly role?: readonly string[];
}

/** Adds a user to a store, which is made when it is not there. */
export async function addNewUser(name: string, flags: AddFlags, out: Output): Promise<void> {
  // Before a store is made for nothing.
  requireUserName(name);
  const roles = requireRoles(flags.role ?? []);
  const chosen = await chosenPassword(flags);
  const { passwordHash } = chosen;
  const user = await inNewStore(flags.store, (tables) =>
    addUser(tables, { name, roles, passwordHash, nowMs: Date.now() }),
  );
  tell({ ...chosen, user, text: `Added ${user.name} (user ${user.id}): ${rolesText(user.roles)}.` }, flags, out);
}

/** Gives a user another password. */
export async function changePassword(name: string, flags: PasswordFlags, out: Output): Promise<void> {
  await inStore(flags.store, (tables) => requireUser(tables, name));
  const chosen = await chosenPassword(flags);
  const { passwordHash } = chosen;
  const user = await inStore(flags.store, (tables) =>
    setPasswordHash(tables, { name, passwordHash, nowMs: Date.now() }),
  );
  tell({ ...chosen, user, text: `${user.name} has another password; the old one counts no more.` }, flags, out);
}

interface Chosen {
  readonly passwordHash: string;
  /** Nobody else knows it yet. */
  readonly generated: string | undefined;
}

async function chosenPassword({ passwordFile }: PasswordFlags): Promise<Chosen> {
  if (passwordFile !== undefined)
    return { passwordHash: await hashPassword(readPassword(passwordFile)), generated: undefined };
  const generated = generatePassword();
  return { passwordHash: await hashPassword(generated), generated };
}

type Told = Chosen & { readonly user: UserRecord; readonly text: string };

function tell({ generated, user, text }: Told, { format }: PasswordFlags, out: Output): void {
  const secret = generated === undefined ? {} : { password: generated };
  if (format === 'json') out.lines([JSON.stringify({ user: shownUser(user), ...secret }, null, 2)]);
  else out.lines([text, ...(generated === undefined ? [] : [`Password, shown only now: ${generated}`])]);
}
