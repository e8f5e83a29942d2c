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

/** Sends them with every answer. */
export function secureAnswers(app: FastifyInstance, { isTls }: { readonly isTls: boolean }): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(isTls ? { ...headers, 'strict-transport-security': transportSecurity } : headers);
  });
}
