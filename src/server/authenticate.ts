import type { FastifyInstance, FastifyRequest } from 'fastify';
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
import {
  isSignedBy,
  readSignatureHeader,
  signatureDateMs,
  type SignatureHeader,
  type SignedRequest,
} from '../ocp/index.ts';
import type { Clock } from '../run/index.ts';
import type { Store } from '../store/index.ts';
import { ApiError } from './api-error.ts';
import { BatchedReads } from './batched-reads.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who has logged in; undefined on public routes. */
    user: UserRecord | undefined;
  }
}

/** What logins are checked against. */
export interface LoginParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Seals the secret keys of access keys; without it signed requests are refused. */
  readonly sealingKey: KeyObject | undefined;
}

/** How far a signed request's time may be from this server's, in milliseconds. */
const skewMaxMs = 15 * 60_000;

/**
 * Finds out who sends a request: by `Authorization: Basic`, before anything of the body is read; or by OCP's signature,
 * which covers the body, once that has been read. No request reaches its route without a user, unless the route is public.
 */
export function authenticateRequests(app: FastifyInstance, parts: LoginParts): void {
  const logins = new Logins(parts);
  app.decorateRequest('user', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    const given = isPublic(request) ? undefined : credentialsOf(request);
    if (given?.kind !== 'basic') done();
    else logIn(request, logins.basic(given, request.ip), done);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (isPublic(request) || request.user) {
      done();
      return;
    }
    const given = credentialsOf(request);
    if (given.kind === 'signed') logIn(request, logins.signed(given.header, request), done);
    else done(notLoggedIn());
  });
}

function logIn(request: FastifyRequest, found: Promise<UserRecord>, done: (error?: Error) => void): void {
  found.then(
    (user) => {
      request.user = user;
      done();
    },
    (error: unknown) => {
      done(error as Error);
    },
  );
}

/** Whether anybody may send it. What matches no route is not public. */
export function isPublic(request: FastifyRequest): boolean {
  return request.routeOptions.config.access === 'public';
}

type Credentials =
  | { readonly kind: 'basic'; readonly name: string; readonly password: string }
  | { readonly kind: 'signed'; readonly header: SignatureHeader };

function credentialsOf({ headers, raw }: FastifyRequest): Credentials {
  const given = headers.authorization;
  if (given === undefined) throw notLoggedIn();
  if (raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length > 1) {
    throw new ApiError({ ocpCode: 'COM10003', message: 'The header Authorization is given more than once.' });
  }
  const header = readSignatureHeader(given);
  if (header) return { kind: 'signed', header };
  const basic = /^basic ([A-Za-z0-9+/]{1,4096}={0,2})$/i.exec(given)?.[1];
  if (basic === undefined) throw notLoggedIn();
  const [name, password] = splitOnce(Buffer.from(basic, 'base64').toString('utf8'));
  return { kind: 'basic', name, password };
}

function splitOnce(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

class Logins {
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

  async signed(header: SignatureHeader, request: FastifyRequest): Promise<UserRecord> {
    const signed = signedPart(request);
    this.#requireTimely(signed.date);
    const user = userOf(await this.#authenticator.attempt(request.ip, () => this.#signer(header, signed)));
    if (request.method !== 'GET' && request.method !== 'HEAD') await this.#requireUnused(header, signed.date);
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

function signedPart({ method, headers, raw, bodyBytes }: FastifyRequest): SignedRequest {
  const [path = '', query = ''] = splitAt(raw.url ?? '', '?');
  return {
    method,
    body: bodyBytes ?? new Uint8Array(),
    contentType: headers['content-type'] ?? '',
    date: headers.date ?? '',
    host: headers.host ?? '',
    // Several of one name as they came, not joined as Node does it.
    headers: headerValues(raw.rawHeaders),
    path,
    query: new URLSearchParams(query),
  };
}

function headerValues(raw: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, readonly string[]>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    values.set(name, [...(values.get(name) ?? []), raw[at + 1] ?? '']);
  }
  return Object.fromEntries(values);
}

function splitAt(text: string, mark: string): readonly string[] {
  const index = text.indexOf(mark);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
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
      throw busy();
  }
}

const challenge = Object.freeze({ 'www-authenticate': 'Basic realm="precede", charset="UTF-8"' });

function notLoggedIn(): ApiError {
  const next = 'Send Authorization: Basic, or OCP’s signature.';
  return new ApiError({ ocpCode: 'IAM10000', message: 'Nobody is logged in.', next, headers: challenge });
}

function refused(message: string): ApiError {
  return new ApiError({ ocpCode: 'IAM10004', message, headers: challenge });
}

function tooManyLogins(seconds: string): ApiError {
  const message = 'Too many failed logins from this address.';
  return new ApiError({ ocpCode: 'IAM10004', status: 429, message, headers: { 'retry-after': seconds } });
}

function busy(): ApiError {
  const message = 'Too many logins are being checked.';
  return new ApiError({ ocpCode: 'COM10999', status: 503, message, headers: { 'retry-after': '1' } });
}
