import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';
import type { RequestLimit } from './server-options.ts';

/** As many addresses are remembered; of more, those that asked longest ago are forgotten. */
const addressesMax = 10_000;

/**
 * As many requests as an address may send, whatever they ask for and whether it is there; what is left of it stands in the
 * headers `RateLimit-…`. The plugin's own hook would come after those of the app, and never for what matches no route.
 */
export async function limitRequests(app: FastifyInstance, { max, windowMs }: RequestLimit): Promise<void> {
  if (max === Infinity) return;
  const keyGenerator = ({ socket }: { readonly socket: { readonly remoteAddress?: string | undefined } }): string =>
    socket.remoteAddress ?? 'gone';
  await app.register(rateLimit, { global: false, max, timeWindow: windowMs, cache: addressesMax, keyGenerator });
  const take = app.createRateLimit();
  app.addHook('onRequest', async (request, reply) => {
    const limit = await take(request);
    if (limit.isAllowed) return;
    reply.headers({
      'ratelimit-limit': String(limit.max),
      'ratelimit-remaining': String(limit.remaining),
      'ratelimit-reset': String(limit.ttlInSeconds),
    });
    if (!limit.isExceeded) return;
    throw new ApiError({
      ocpCode: 'COM10999',
      status: 429,
      message: `Too many requests; try again in ${limit.ttlInSeconds} s.`,
      headers: { 'retry-after': String(limit.ttlInSeconds) },
    });
  });
}
