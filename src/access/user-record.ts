import { refused } from './refused.ts';

/** Somebody who may log in. */
export interface UserRecord {
  /** 100 for `admin`, from 101 for all others; never given out again but for `admin`. */
  readonly id: number;
  /** What makes a user one of a kind; see `isUserName`. */
  readonly name: string;
  /** Names of roles, and patterns such as `CLUSTER:21:UPDATE`. */
  readonly roles: readonly string[];
  /** See `hashPassword`. It goes to nobody. */
  readonly passwordHash: string;
  readonly createTimeMs: number;
  readonly updateTimeMs: number;
}

/** The name of the user that a store begins with. */
export const firstUserName = 'admin';

/** Whether a user may have this name: 1 to 64 of letters, digits and `._@-`. A colon would end it in a login. */
export function isUserName(name: string): boolean {
  return /^[A-Za-z0-9._@-]{1,64}$/.test(name);
}

/** @throws RefusedError `INVALID_USER_NAME` */
export function requireUserName(name: string): void {
  if (isUserName(name)) return;
  throw refused('INVALID_USER_NAME', 'User', {
    message: `${JSON.stringify(name.slice(0, 100))} cannot be a user's name.`,
    next: 'A name is 1 to 64 letters, digits, and any of . _ @ -',
  });
}
