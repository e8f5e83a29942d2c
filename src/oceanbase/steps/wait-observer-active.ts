import { setTimeout as delay } from 'node:timers/promises';
import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext } from '../../workflow/index.ts';
import { isServing, type ServerRow } from '../database/server-row.ts';
import { PollError, pollUntil, type PollAnswer } from '../poll.ts';
import { readServers } from './server-view.ts';
import { openSite, type ServerSite } from './site.ts';
import type { ServerToAdd, Step } from './step.ts';

/** Since when each server serves, as the cluster prints it. */
export interface ServingServers {
  readonly startServiceTimes: readonly string[];
}

/**
 * Waits until all servers serve, and a second look finds them serving since the same time: ACTIVE, with a
 * start-of-service time and no stop time. After a restart that time must be another one than before, since the cluster
 * shows the old one until it notices. A database that cannot be reached means "not yet".
 *
 * @throws PrecedeError `SERVERS_NOT_ACTIVE` when the time is over; `SERVERS_FLAPPING` when they came and went until then
 */
export function waitObserverActive(
  servers: readonly ServerToAdd[],
  since: 'added' | 'restarted',
): Step<ServingServers> {
  const watch: Watch = { servers, since };
  return {
    check: async (context) => {
      if (since === 'restarted' && !(await isRestartBegun(context, servers))) return 'needed';
      const answer = await lookTwice(context, watch);
      return 'done' in answer ? { done: { startServiceTimes: answer.done } } : 'needed';
    },
    run: async (context) => {
      const { services } = await openFirst(context, servers);
      const seenServing = new Set<string>();
      try {
        const startServiceTimes = await pollUntil<readonly string[]>({
          what: `${servers.length} server(s) to serve`,
          timeoutMs: services.activeTimeoutMs,
          intervalMs: services.pollIntervalMs,
          signal: context.signal,
          onWaiting: (waiting) => context.log.debug(`Not yet: ${waiting}.`),
          probe: () =>
            lookTwice(context, watch, (serving) => {
              for (const name of serving) seenServing.add(name);
              context.progress(serving.length / servers.length, `${serving.length} of ${servers.length} serve`);
            }),
        });
        return { startServiceTimes };
      } catch (error) {
        throw error instanceof PollError && error.code === 'POLL_TIMEOUT' ? notActive(error, seenServing) : error;
      }
    },
    preview: async (context) => {
      const { dialect, cluster } = await openFirst(context, servers);
      return [
        { kind: 'sql', host: cluster.name, text: dialect.servers().text },
        { kind: 'note', text: `again and again, until ${servers.length} server(s) serve` },
      ];
    },
    repeatable: true,
    timeoutMs: 1_800_000,
    estimateMs: 60_000,
  };
}

/** Before that, a server that serves says nothing about its restart. */
async function isRestartBegun(context: CheckContext, servers: readonly ServerToAdd[]): Promise<boolean> {
  const sites = await Promise.all(servers.map((server) => openSite(context, server)));
  return sites.every(({ server }) => server?.effects.firstStart);
}

interface Watch {
  readonly servers: readonly ServerToAdd[];
  readonly since: 'added' | 'restarted';
}

/** How one server looked: since when it serves, or what is still missing. */
interface ServerState {
  readonly name: string;
  readonly time: string | null;
  readonly missing: string;
}

/** One look can hit the moment at which a server that comes and goes is there; two cannot hit the same start of it. */
async function lookTwice(
  context: CheckContext,
  watch: Watch,
  onServing: (names: readonly string[]) => void = () => undefined,
): Promise<PollAnswer<readonly string[]>> {
  const first = await lookAtServers(context, watch);
  onServing(servingOf(first));
  if (servingOf(first).length < first.length) return { waiting: missingOf(first) };
  const { services } = await openFirst(context, watch.servers);
  await delay(services.pollIntervalMs, undefined, { signal: context.signal });
  const second = await lookAtServers(context, watch);
  const gone = second.filter(({ time }, index) => time !== first[index]?.time);
  if (gone.length > 0)
    return { waiting: gone.map(({ name }) => `${name} served and did not go on serving`).join('; ') };
  return { done: second.flatMap(({ time }) => (time === null ? [] : [time])) };
}

async function lookAtServers(context: CheckContext, { servers, since }: Watch): Promise<readonly ServerState[]> {
  const sites = await Promise.all(servers.map((server) => openSite(context, server)));
  const rows = await readServers(context, await openFirst(context, servers));
  return sites.map((site) => stateOf(site, rows, since));
}

function stateOf({ address, server }: ServerSite, rows: readonly ServerRow[], since: Watch['since']): ServerState {
  const name = `${address.ip}:${address.rpcPort}`;
  const row = rows.find(({ ip, rpcPort }) => ip === address.ip && rpcPort === address.rpcPort);
  const time = row?.startServiceTime ?? null;
  const isWaiting = (missing: string): ServerState => ({ name, time: null, missing: `${name} ${missing}` });
  if (!row) return isWaiting('is not in the cluster');
  if (!isServing(row)) return isWaiting(`is ${row.status} and does not serve`);
  const before = server?.effects.serviceTimeBeforeRestart ?? null;
  if (since === 'restarted' && time === before) return isWaiting('serves since before its restart');
  return { name, time, missing: '' };
}

function servingOf(states: readonly ServerState[]): readonly string[] {
  return states.flatMap(({ name, time }) => (time === null ? [] : [name]));
}

function missingOf(states: readonly ServerState[]): string {
  return states.flatMap(({ time, missing }) => (time === null ? [missing] : [])).join('; ');
}

/** What was last seen stands in the error of the poll; whether a server that it names was ever there, in `seenServing`. */
function notActive(timeout: PollError, seenServing: ReadonlySet<string>): PrecedeError {
  const { waiting: seen } = timeout.details;
  const waiting = typeof seen === 'string' ? seen : 'nothing';
  const flapping = [...seenServing].filter((name) => waiting.includes(`${name} `));
  const details = { ...timeout.details, ocpCode: 'OBE19006' };
  if (flapping.length > 0) {
    return new PrecedeError('SERVERS_FLAPPING', {
      message: `Servers come and go: ${flapping.join(', ')}; last seen: ${waiting}.`,
      next: 'Read observer.log of each of them for why it stops serving, remove the cause, then retry.',
      details: { ...details, flapping },
      cause: timeout,
    });
  }
  return new PrecedeError('SERVERS_NOT_ACTIVE', {
    message: `Servers were added and do not serve: ${waiting}.`,
    next: 'Read observer.log and rootservice.log for what keeps them from serving, then retry: the wait begins anew.',
    details,
    cause: timeout,
  });
}

async function openFirst(context: CheckContext, servers: readonly ServerToAdd[]): Promise<ServerSite> {
  const [first] = servers;
  if (!first) throw new RangeError('There is no server to wait for.');
  return openSite(context, first);
}
