import {
  addUser,
  adminRole,
  firstUserName,
  generatePassword,
  hashPassword,
  readUser,
  setPasswordHash,
  verifyPassword,
} from '../access/index.ts';
import type { Store } from '../store/index.ts';
import { isFileOpenToOthers, passwordIn } from './password-file.ts';

/** What is to be said about the login of the first user. */
export type AdminNotice =
  | { readonly kind: 'known' }
  /** Nobody is told it again. */
  | { readonly kind: 'made'; readonly password: string }
  | { readonly kind: 'from-file'; readonly file: string; readonly isOpenToOthers: boolean };

/** Sees to it that there is an `admin` who can log in: with the password of a file, or with one made at the first start. */
export async function prepareAdmin(store: Store, passwordFile: string | undefined): Promise<AdminNotice> {
  const admin = await store.transact((tables) => readUser(tables, firstUserName));
  if (passwordFile === undefined) {
    if (admin) return { kind: 'known' };
    const password = generatePassword();
    await putAdmin(store, password);
    return { kind: 'made', password };
  }
  const password = passwordIn(passwordFile);
  if (!admin || !(await verifyPassword(password, admin.passwordHash))) await putAdmin(store, password);
  return { kind: 'from-file', file: passwordFile, isOpenToOthers: isFileOpenToOthers(passwordFile) };
}

async function putAdmin(store: Store, password: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  const nowMs = Date.now();
  await store.transact(async (tables) => {
    const isThere = (await readUser(tables, firstUserName)) !== undefined;
    if (isThere) await setPasswordHash(tables, { name: firstUserName, passwordHash, nowMs });
    else await addUser(tables, { name: firstUserName, roles: [adminRole], passwordHash, nowMs });
  });
}
