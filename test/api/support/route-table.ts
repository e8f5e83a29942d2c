import { allRoutes } from '../../../src/server/routes/index.ts';
import type { Route } from '../../../src/server/route.ts';
import { systemClock } from '../../../src/run/index.ts';
import type { ServedApi } from './served-api.ts';

/** Every route that the server declares, the very table that it is built from. */
export function routeTable({ engine, store, flow }: ServedApi): readonly Route[] {
  const workflows = { addObServer: flow.workflow };
  return allRoutes({ engine, store, workflows, clock: systemClock, serverName: 'test', version: '0' });
}

/** A URL that a route matches: parameters are 1, zones zone1. */
export function targetOf({ url }: { readonly url: string }, id = 1): string {
  return url.replaceAll(':zoneName', 'zone1').replaceAll(/:\w+/g, String(id));
}
