import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { ApiError } from './api-error.ts';
import { limits } from './limits.ts';

/**
 * Refuses what a browser could be made to send by a foreign page: a name that is not this server's (DNS rebinding), and
 * changes asked for from another origin. Programs that are no browsers send no `Origin`.
 */
export function guardRequests(
  app: FastifyInstance,
  { allowedHosts }: { readonly allowedHosts: readonly string[] },
): void {
  const names = new Set(['localhost', hostname(), ...allowedHosts].map((name) => name.toLowerCase()));
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.raw.url !== undefined && request.raw.url.length > limits.urlLengthMax) {
      throw new ApiError({
        ocpCode: 'COM10003',
        status: 414,
        message: `The URL is longer than ${limits.urlLengthMax} characters.`,
      });
    }
    const host = nameOf(request.headers.host);
    if (host === undefined || !(isAddress(host) || names.has(host))) {
      const next = 'Call it by its address or by a name it was given (--allow-host).';
      throw new ApiError({ ocpCode: 'COM10009', message: 'This server is not called that.', next });
    }
    if (isChange(request) && isForeign(request)) {
      throw new ApiError({ ocpCode: 'COM10009', message: 'Changes are not accepted from another origin.' });
    }
    done();
  });
}

function isChange({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function isForeign({ headers, protocol }: FastifyRequest): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return true;
  return origin !== undefined && origin.toLowerCase() !== `${protocol}://${host ?? ''}`.toLowerCase();
}

/** The host's name without its port, in lower case; undefined for what is none. */
function nameOf(host: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase();
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
