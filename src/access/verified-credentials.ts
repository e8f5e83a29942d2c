import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { RecentMap } from './recent-map.ts';

/** A name with a password, as nobody can read it. */
export interface Credential {
  readonly name: string;
  readonly password: string;
}

/** How a credential stands: verified lately, verified once, or not known. */
export type Standing = 'fresh' | 'aged' | 'unknown';

interface Verified {
  readonly passwordHash: string;
  readonly atMs: number;
}

const freshMs = 60_000;
const sizeMax = 1_000;

/**
 * The credentials that were found right, at most 1,000, by a hash under a key of this process's own: who reads its memory
 * or a dump of it finds no password there, and cannot guess one without the key.
 */
export class VerifiedCredentials {
  // As a key object: making one of the bytes takes longer than the hash, and every request needs it.
  readonly #key = createSecretKey(randomBytes(32));
  readonly #verified = new RecentMap<string, Verified>(sizeMax);
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** What stands for a credential. */
  digestOf({ name, password }: Credential): string {
    // No user's name holds the character between the two.
    return createHmac('sha256', this.#key).update(`${name}\0${password}`).digest('base64');
  }

  /** How a credential stands for a user who has this hash now. One that was right for another hash is not known. */
  standingOf(digest: string, passwordHash: string): Standing {
    const verified = this.#verified.get(digest);
    if (verified?.passwordHash !== passwordHash) return 'unknown';
    return this.#nowMs() - verified.atMs < freshMs ? 'fresh' : 'aged';
  }

  /** Remembers that a credential is right for a user who has this hash. */
  remember(digest: string, passwordHash: string): void {
    this.#verified.set(digest, { passwordHash, atMs: this.#nowMs() });
  }
}
