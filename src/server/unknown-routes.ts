import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Route } from './route.ts';

/** Tells whoever has logged in that there is no such route, or that it knows other methods. */
export function answerUnknownRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  const known = Array.from(
    Map.groupBy(routes, ({ url }) => url),
    ([url, same]) => ({
      path: patternOf(url),
      methods: same.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    }),
  );
  app.setNotFoundHandler((request) => {
    const path = request.raw.url?.split('?', 1)[0] ?? '';
    const methods = known.filter((one) => one.path.test(path)).flatMap((one) => one.methods);
    if (methods.length === 0)
      throw new ApiError({ ocpCode: 'COM10002', message: 'There is no such endpoint.', next: 'See /openapi.json.' });
    const allow = [...new Set(methods)].join(', ');
    throw new ApiError({ ocpCode: 'COM10008', message: `This endpoint knows ${allow} only.`, headers: { allow } });
  });
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll(/:\w+/g, '[^/]+')}$`);
}
