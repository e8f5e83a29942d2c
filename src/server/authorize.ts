import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { permits, type UserRecord } from '../access/index.ts';
import { ApiError } from './api-error.ts';
import { isPublic } from './authenticate.ts';
import type { Access, Permission } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route. A route without it is not accepted. */
    access?: Access;
  }
}

/** Refuses whoever is not permitted to what a route does. Comes after the user is known, and before the body is checked. */
export function authorizeRequests(app: FastifyInstance): void {
  requireRules(app);
  app.addHook('preValidation', (request, _reply, done) => {
    const { access } = request.routeOptions.config;
    if (isPublic(request) || access === undefined || typeof access === 'string') done();
    else if (request.user && permits(request.user.roles, { ...access, id: idOf(access, request) })) done();
    else done(forbidden(access));
  });
}

/** The app does not start with a route that nobody has thought about. */
function requireRules(app: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (declared) => void routes.push(declared));
  app.addHook('onReady', async () => {
    for (const { config, method, url } of routes) {
      if (config?.access === undefined)
        throw new Error(`The route ${String(method)} ${url} does not say who may call it.`);
    }
  });
}

/** Whether a user may do something to one thing. */
export function mayOf(user: UserRecord) {
  return (permission: { domain: Permission['domain']; id: number; action: Permission['action'] }): boolean =>
    permits(user.roles, permission);
}

function idOf({ id }: Permission, request: FastifyRequest): number | 'any' {
  if (id === 'any') return id;
  // What is no number is nobody's, and refused by the schema afterwards for those who may see all.
  return Number((request.params as Readonly<Record<string, string>>)[id.param]);
}

function forbidden({ domain, action }: Permission): ApiError {
  const next = 'Ask an administrator for a role that holds it.';
  return new ApiError({ ocpCode: 'COM10009', message: `This needs the permission ${domain}:…:${action}.`, next });
}
