import type { CheckContext } from '../../workflow/index.ts';
import { isServing, type ServerRow } from '../database/server-row.ts';
import { pollUntil } from '../poll.ts';
import { readServers } from './server-view.ts';
import { openSite, type ServerSite } from './site.ts';
import type { ServerToAdd, Step } from './step.ts';

/** Since when each server serves, as the cluster prints it. */
export interface ServingServers {
  readonly startServiceTimes: readonly string[];
}

/**
 * Waits until all servers serve: ACTIVE, with a start-of-service time and no stop time. After a restart that time must
 * be another one than before, since the cluster shows the old one until it notices. A database that cannot be reached
 * means "not yet".
 */
export function waitObserverActive(
  servers: readonly ServerToAdd[],
  since: 'added' | 'restarted',
): Step<ServingServers> {
  return {
    check: async (context) => {
      const { waiting, times } = await lookAtServers(context, servers, since);
      return waiting.length === 0 ? { done: { startServiceTimes: times } } : 'needed';
    },
    run: async (context) => {
      const { services } = await openFirst(context, servers);
      const startServiceTimes = await pollUntil<readonly string[]>({
        what: `${servers.length} server(s) to serve`,
        timeoutMs: services.activeTimeoutMs,
        intervalMs: services.pollIntervalMs,
        signal: context.signal,
        onWaiting: (waiting) => context.log.debug(`Not yet: ${waiting}.`),
        probe: async () => {
          const { waiting, times } = await lookAtServers(context, servers, since);
          context.progress(times.length / servers.length, `${times.length} of ${servers.length} serve`);
          return waiting.length === 0 ? { done: times } : { waiting: waiting.join('; ') };
        },
      });
      return { startServiceTimes };
    },
    preview: async (context) => {
      const { dialect, cluster } = await openFirst(context, servers);
      return [{ kind: 'sql', host: cluster.name, text: `${dialect.servers().text} -- until all serve` }];
    },
    timeoutMs: 1_800_000,
    estimateMs: 60_000,
  };
}

interface Look {
  /** What is still missing, a text a server. */
  readonly waiting: readonly string[];
  /** The start-of-service times of the servers that serve. */
  readonly times: readonly string[];
}

async function lookAtServers(
  context: CheckContext,
  servers: readonly ServerToAdd[],
  since: 'added' | 'restarted',
): Promise<Look> {
  const sites = await Promise.all(servers.map((server) => openSite(context, server)));
  const rows = await readServers(context, await openFirst(context, servers));
  const states = sites.map((site) => stateOf(site, rows, since));
  return {
    waiting: states.flatMap((state) => ('waiting' in state ? [state.waiting] : [])),
    times: states.flatMap((state) => ('time' in state ? [state.time] : [])),
  };
}

function stateOf(
  { address, server }: ServerSite,
  rows: readonly ServerRow[],
  since: 'added' | 'restarted',
): { readonly time: string } | { readonly waiting: string } {
  const name = `${address.ip}:${address.rpcPort}`;
  const row = rows.find(({ ip, rpcPort }) => ip === address.ip && rpcPort === address.rpcPort);
  if (!row) return { waiting: `${name} is not in the cluster` };
  if (!isServing(row) || row.startServiceTime === null)
    return { waiting: `${name} is ${row.status} and does not serve` };
  const before = server?.effects.serviceTimeBeforeRestart ?? null;
  if (since === 'restarted' && row.startServiceTime === before)
    return { waiting: `${name} serves since before its restart` };
  return { time: row.startServiceTime };
}

async function openFirst(context: CheckContext, servers: readonly ServerToAdd[]): Promise<ServerSite> {
  const [first] = servers;
  if (!first) throw new RangeError('There is no server to wait for.');
  return openSite(context, first);
}
