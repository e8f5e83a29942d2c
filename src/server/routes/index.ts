import { toTaskInstance } from '../../ocp/index.ts';
import type { Clock, Run } from '../../run/index.ts';
import type { Route } from '../route.ts';
import type { ServerOptions } from '../server-options.ts';
import { shownRun } from '../tasks/shown-run.ts';
import { addServersRoute } from './add-servers-route.ts';
import { clusterRoutes } from './cluster-routes.ts';
import { computeRoutes } from './compute-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { taskListRoute } from './task-list-route.ts';
import { taskRoutes } from './task-routes.ts';

/** What all routes together are made of. */
export interface RouteParts extends ServerOptions {
  readonly clock: Clock;
  readonly serverName: string;
  readonly version: string;
}

/** Every route of the API, in the order of its documentation. */
export function allRoutes(parts: RouteParts): readonly Route[] {
  const { engine, store, workflows, sources, clock, serverName, version, notReadyBecause = () => undefined } = parts;
  const detailOf = async (run: Run): Promise<string> =>
    JSON.stringify(toTaskInstance(await shownRun(store, run), { executor: serverName }));
  return [
    addServersRoute({ engine, workflow: workflows.addObServer, source: sources?.addObServer }),
    ...clusterRoutes({ store, clock }),
    ...computeRoutes({ store, clock }),
    taskListRoute({ engine, store }),
    ...taskRoutes({ engine, store, detailOf }),
    ...systemRoutes({ engine, clock, version, notReadyBecause }),
  ];
}
