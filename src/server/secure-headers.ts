import type { FastifyInstance } from 'fastify';

/** Nothing of an answer is to be shown in a frame, guessed to be of another type, kept, or told to others. */
const headers = Object.freeze({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** What the page of the documentation may load: its own files, and the API. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const transportSecurity = 'max-age=31536000';

/** What every answer carries, also to what never became a request. */
export function secureHeaders({ isTls }: { readonly isTls: boolean }): Readonly<Record<string, string>> {
  return isTls ? { ...headers, 'strict-transport-security': transportSecurity } : headers;
}

/** Sends them with the answers to all requests. */
export function secureAnswers(app: FastifyInstance, protocol: { readonly isTls: boolean }): void {
  const sent = secureHeaders(protocol);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(sent);
    done();
  });
}
