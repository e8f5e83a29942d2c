import { createHash, type KeyObject } from 'node:crypto';
import {
  accessKeyIn,
  createAuthenticator,
  unsealSecretKey,
  userIn,
  useSignature,
  type Authenticator,
  type UserRecord,
  type Verdict,
} from '../access/index.ts';
import { isSignedBy, signatureDateMs, type SignatureHeader, type SignedRequest } from '../ocp/index.ts';
import type { Clock } from '../run/index.ts';
import type { Store } from '../store/index.ts';
import { BatchedReads } from './batched-reads.ts';
import { unavailable } from './api-error.ts';
import { refused, tooManyLogins } from './login-errors.ts';

/** What logins are checked against. */
export interface LoginParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Seals the secret keys of access keys; without it signed requests are refused. */
  readonly sealingKey: KeyObject | undefined;
}

/** How far a signed request's time may be from this server's, in milliseconds. */
const skewMaxMs = 15 * 60_000;

/** A request that carries OCP's signature. */
export interface SignedLogin {
  readonly header: SignatureHeader;
  readonly signed: SignedRequest;
  readonly address: string;
  /** Whether it asks for a change, which is made once. */
  readonly isChange: boolean;
}

/** Finds out whose name and password, or whose signature it is. */
export class Logins {
  readonly #parts: LoginParts;
  readonly #authenticator: Authenticator;

  constructor(parts: LoginParts) {
    this.#parts = parts;
    const users = new BatchedReads<string, UserRecord>((names) => readUsers(parts.store, names));
    this.#authenticator = createAuthenticator({
      readUser: (name) => users.valueOf(name),
      nowMs: () => parts.clock.monotonicMs(),
    });
  }

  async basic({ name, password }: { name: string; password: string }, address: string): Promise<UserRecord> {
    return userOf(await this.#authenticator.basic({ name, password, address }));
  }

  async signed({ header, signed, address, isChange }: SignedLogin): Promise<UserRecord> {
    this.#requireTimely(signed.date);
    const user = userOf(await this.#authenticator.attempt(address, () => this.#signer(header, signed)));
    if (isChange) await this.#requireUnused(header, signed.date);
    return user;
  }

  async #signer(header: SignatureHeader, signed: SignedRequest): Promise<UserRecord | undefined> {
    const { store, sealingKey } = this.#parts;
    const found = await store.view((rows) => {
      const key = accessKeyIn(rows, header.accessKey);
      const user = key && userIn(rows, key.userName);
      return key && user && { key, user };
    });
    if (!found || !sealingKey) return undefined;
    const secretKey = unsealSecretKey(found.key, sealingKey);
    return isSignedBy(signed, { secretKey, signature: header.signature }) ? found.user : undefined;
  }

  #requireTimely(date: string): void {
    const atMs = signatureDateMs(date);
    if (atMs !== undefined && Math.abs(this.#parts.clock.nowMs() - atMs) <= skewMaxMs) return;
    throw refused('The header Date has to be within 15 minutes of this server’s time.');
  }

  /** A change that was signed once is made once. */
  async #requireUnused({ accessKey, signature }: SignatureHeader, date: string): Promise<void> {
    const digest = createHash('sha256').update(`${accessKey}:${signature}`).digest('hex');
    const nowMs = this.#parts.clock.nowMs();
    const expiresAtMs = (signatureDateMs(date) ?? nowMs) + skewMaxMs;
    const isNew = await this.#parts.store.transact((tables) => useSignature(tables, { digest, expiresAtMs, nowMs }));
    if (!isNew) throw refused('This signed request has been sent before; sign it anew.');
  }
}

function readUsers(store: Store, names: readonly string[]): Promise<ReadonlyMap<string, UserRecord>> {
  return store.view((rows) => {
    const found = names.map((name) => [name, userIn(rows, name)] as const);
    return new Map(found.filter((one): one is [string, UserRecord] => one[1] !== undefined));
  });
}

function userOf(verdict: Verdict): UserRecord {
  switch (verdict.kind) {
    case 'user':
      return verdict.user;
    case 'refused':
      throw refused('The user or the password, or the access key or the signature, is wrong.');
    case 'throttled': {
      const seconds = String(Math.ceil(verdict.retryAfterMs / 1_000));
      throw tooManyLogins(seconds);
    }
    case 'busy':
      throw unavailable('Too many logins are being checked.');
  }
}
