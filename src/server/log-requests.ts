import type { FastifyInstance } from 'fastify';
import type { Logger } from '../run/index.ts';

/** Writes a line for each request that was answered. Neither headers nor the query nor the body are in it. */
export function logRequests(app: FastifyInstance, { logger }: { readonly logger: Logger }): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { id: traceId, method, user, ip: address, routeOptions } = request;
    const status = reply.statusCode;
    const line = {
      traceId,
      method,
      route: routeOptions.url,
      status,
      durationMs: Math.round(reply.elapsedTime),
      address,
      user: user?.name,
    };
    if (status >= 500) logger.warn(line, 'answered');
    else logger.info(line, 'answered');
    done();
  });
}
