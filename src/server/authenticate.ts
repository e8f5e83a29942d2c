import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UserRecord } from '../access/index.ts';
import { readSignatureHeader, type SignatureHeader } from '../ocp/index.ts';
import { ApiError } from './api-error.ts';
import { notLoggedIn } from './login-errors.ts';
import { Logins, type LoginParts } from './logins.ts';
import { signedPart } from './signed-part.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who has logged in; undefined on public routes. */
    user: UserRecord | undefined;
  }
}

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
    else logIn(request, logins.basic(given, addressOf(request)), done);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (isPublic(request) || request.user) {
      done();
      return;
    }
    const given = credentialsOf(request);
    if (given.kind !== 'signed') throw notLoggedIn();
    const { header } = given;
    const isChange = request.method !== 'GET' && request.method !== 'HEAD';
    logIn(request, logins.signed({ header, signed: signedPart(request), address: addressOf(request), isChange }), done);
  });
}

/** Whether anybody may send it. What matches no route is not public. */
export function isPublic(request: FastifyRequest): boolean {
  return request.routeOptions.config.access === 'public';
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

/** Of the client; once it has gone, the socket no longer knows, and those who are gone share one budget. */
function addressOf({ socket }: FastifyRequest): string {
  return socket.remoteAddress ?? 'gone';
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
