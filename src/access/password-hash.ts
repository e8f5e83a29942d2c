import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { RefusedError } from '../errors/index.ts';
import { acceptablePassword } from './password.ts';
import { workQueue } from './work-queue.ts';

/** What one guess costs: N = 2^logN, about 128 · N · r bytes, and time in proportion to N · r · p. */
export interface HashCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** How a password is verified. */
export interface VerifyOptions {
  /** What a hash that is none is taken to have cost; for tests. */
  readonly cost?: HashCost;
  /** Goes before all that is not, and waits however many wait. @default false */
  readonly isUrgent?: boolean;
}

/** 32 MiB a hash. OWASP's recommendation for scrypt with this much memory. */
const costDefault: HashCost = Object.freeze({ logN: 15, r: 8, p: 3 });

/**
 * A text by which the password can be told later, and from which it cannot be got: salt, hash and what it cost.
 * Computed off the event loop, at most two at once in this process. `cost` is for tests.
 *
 * @throws RefusedError `PASSWORD_TOO_SHORT` and others of `acceptablePassword`; `ACCESS_BUSY` when too many wait
 */
export async function hashPassword(password: string, cost = costDefault): Promise<string> {
  const accepted = acceptablePassword(password);
  const salt = randomBytes(saltBytes);
  const hash = await derived(accepted, { salt, cost }, false);
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(hash)}`;
}

/**
 * Whether a hash is of this password. Without a hash, or with a text that is none, it is false and takes as long.
 *
 * @throws RefusedError `ACCESS_BUSY` when too many wait
 */
export async function verifyPassword(
  password: string,
  hash: string | undefined,
  { cost = costDefault, isUrgent = false }: VerifyOptions = {},
): Promise<boolean> {
  const accepted = acceptedOrUndefined(password);
  // Nobody has such a password, so the time tells nothing of anybody.
  if (accepted === undefined) return false;
  const kept = hash === undefined ? undefined : parsedHash(hash);
  const held = kept ?? { cost, salt: noSalt, hash: noHash };
  const isSame = timingSafeEqual(await derived(accepted, held, isUrgent), held.hash);
  return isSame && kept !== undefined;
}

const saltBytes = 16;
const hashBytes = 32;
const noSalt = Buffer.alloc(saltBytes);
const noHash = Buffer.alloc(hashBytes);

// Node computes on four threads, which files need too.
const queue = workQueue({ atOnce: 2, waitingMax: 64 });

function derived(password: string, { salt, cost }: Omit<KeptHash, 'hash'>, isUrgent: boolean): Promise<Buffer> {
  const { logN, r, p } = cost;
  const N = 2 ** logN;
  const parameters = { N, r, p, maxmem: 2 * 128 * r * (N + p) };
  return queue.run(
    () =>
      new Promise((resolve, reject) => {
        scrypt(password, salt, hashBytes, parameters, (error, key) => (error ? reject(error) : resolve(key)));
      }),
    { isUrgent },
  );
}

interface KeptHash {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** A row that was tampered with must not make a guess take all memory. */
const costMax: HashCost = Object.freeze({ logN: 17, r: 8, p: 8 });

const format = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

function parsedHash(text: string): KeptHash | undefined {
  const found = format.exec(text);
  if (!found) return undefined;
  const [logN = 0, r = 0, p = 0] = found.slice(1, 4).map(Number);
  const [salt = '', hash = ''] = found.slice(4);
  const cost = { logN, r, p };
  return isBounded(cost) ? { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') } : undefined;
}

function isBounded({ logN, r, p }: HashCost): boolean {
  return Math.min(logN, r, p) >= 1 && logN <= costMax.logN && r <= costMax.r && p <= costMax.p;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '');
}

function acceptedOrUndefined(password: string): string | undefined {
  try {
    return acceptablePassword(password);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}
