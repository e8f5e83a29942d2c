import { RefusedError } from '../errors/index.ts';
import { FailureBudget } from './failure-budget.ts';
import { verifyPassword } from './password-hash.ts';
import { isUserName, type UserRecord } from './user-record.ts';
import { VerifiedCredentials, type Credential } from './verified-credentials.ts';

/** Whose request it is, or why that is not said. */
export type Verdict =
  | { readonly kind: 'user'; readonly user: UserRecord }
  | { readonly kind: 'refused' }
  /** Too many attempts of this address have failed; nothing was looked at. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /** Too many passwords are being checked at this instant. */
  | { readonly kind: 'busy' };

export interface AuthenticatorOptions {
  /** The user as the store has it now; asked at every request. */
  readonly readUser: (name: string) => Promise<UserRecord | undefined>;
  /** A clock that never goes back, in milliseconds. */
  readonly nowMs: () => number;
  /** Whether a hash is of a password; without a hash false, after as long. @default verifyPassword */
  readonly verify?: typeof verifyPassword;
}

export interface Authenticator {
  /** Looks at a name and a password that came from an address. */
  basic(login: Credential & { readonly address: string }): Promise<Verdict>;
  /**
   * Does some other work that finds out whose request it is. When it finds nobody, the attempt counts against its
   * address as a wrong password does; when it throws, it does not.
   */
  attempt(address: string, work: () => Promise<UserRecord | undefined>): Promise<Verdict>;
}

const limits = Object.freeze({ failuresMax: 20, windowMs: 60_000, addressesMax: 10_000 });

/**
 * Finds out who asks. A verified credential holds for 60 s without being hashed again, for as long as the user's row has
 * the same password hash. All else is hashed, after the budget of its address (20 failures a minute; see `addressGroup`)
 * and never before. A credential that was right before and has only grown old needs no budget and goes first: it is no
 * guess, so its owner gets in while others guess, at the same address or at many. The same credential is hashed once at a time.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { readUser, nowMs, verify = verifyPassword } = options;
  const budget = new FailureBudget(limits, nowMs);
  const verified = new VerifiedCredentials(nowMs);
  /** What is being hashed, by credential and the hash that it is held against. */
  const underWay = new Map<string, Promise<boolean>>();

  return { basic, attempt };

  async function basic({ name, password, address }: Credential & { readonly address: string }): Promise<Verdict> {
    const user = isUserName(name) ? await readUser(name) : undefined;
    const digest = verified.digestOf({ name, password });
    const standing = user ? verified.standingOf(digest, user.passwordHash) : 'unknown';
    if (user && standing === 'fresh') return { kind: 'user', user };
    const work = async (): Promise<UserRecord | undefined> => {
      const isRight = await hashedOnce({ digest, password, hash: user?.passwordHash, isUrgent: standing === 'aged' });
      if (!user || !isRight) return undefined;
      // Hashing takes a while, in which the user may have been removed or changed.
      const current = await readUser(name);
      return current?.passwordHash === user.passwordHash ? current : undefined;
    };
    if (standing === 'aged') return await verdictOf(work);
    // Whoever asks what is being found out already guesses nothing more, but must not learn it beyond the budget either.
    if (underWay.has(placeOf(digest, user?.passwordHash))) return throttled(address) ?? (await verdictOf(work));
    return await attempt(address, work);
  }

  async function attempt(address: string, work: () => Promise<UserRecord | undefined>): Promise<Verdict> {
    const begun = budget.begin(address);
    if (!begun) return throttled(address) ?? { kind: 'busy' };
    let end = begun.forgiven;
    try {
      const verdict = await verdictOf(work);
      if (verdict.kind === 'refused') end = begun.failed;
      return verdict;
    } finally {
      end();
    }
  }

  function throttled(address: string): Verdict | undefined {
    const retryAfterMs = budget.waitMs(address);
    return retryAfterMs > 0 ? { kind: 'throttled', retryAfterMs } : undefined;
  }

  async function hashedOnce({ digest, password, hash, isUrgent }: Hashing): Promise<boolean> {
    const place = placeOf(digest, hash);
    const known = underWay.get(place);
    if (known) return await known;
    const hashing = verify(password, hash, { isUrgent });
    underWay.set(place, hashing);
    try {
      const isRight = await hashing;
      // Before it is forgotten that it was under way: whoever comes next finds one or the other.
      if (isRight && hash !== undefined) verified.remember(digest, hash);
      return isRight;
    } finally {
      underWay.delete(place);
    }
  }
}

interface Hashing {
  readonly digest: string;
  readonly password: string;
  readonly hash: string | undefined;
  readonly isUrgent: boolean;
}

function placeOf(digest: string, hash: string | undefined): string {
  return `${digest} ${hash ?? ''}`;
}

async function verdictOf(work: () => Promise<UserRecord | undefined>): Promise<Verdict> {
  try {
    const user = await work();
    return user ? { kind: 'user', user } : { kind: 'refused' };
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'ACCESS_BUSY') return { kind: 'busy' };
    throw error;
  }
}
