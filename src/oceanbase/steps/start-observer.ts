import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { sh } from '../host/shell-command.ts';
import { listensAt, readListeners } from './listeners.ts';
import { networkFlags } from './network-device.ts';
import {
  findObserver,
  launchCommand,
  launchObserver,
  stopObserver,
  waitForSqlPort,
  type ObserverProcess,
} from './observer-process.ts';
import { hasOwnObserver } from './observer-arguments.ts';
import { act } from './on-host.ts';
import { isLeftAlone, leaveAlone, openSite, recordEffects, type ServerSite } from './site.ts';
import { hostLimit, type ServerToAdd, type Step } from './step.ts';
import { endForwardSteps, endSteps } from './step-runner/end-step.ts';

/**
 * Starts the observer for the first time, with everything it needs to know, and waits until it runs and listens on its
 * SQL port. Undo ends it and clears away what it wrote, so that the host can be used again.
 */
export function startObserver(server: ServerToAdd): Step<ObserverProcess> {
  return {
    check: async (context) => {
      const site = await openSite(context, server);
      const observer = await findObserver(context, site);
      if (!observer) return 'needed';
      if (!(await isOwn(context, site, server))) {
        return {
          unknown: `pid ${observer.pid} is the observer of another cluster or zone`,
          problems: [foreign(site, observer)],
        };
      }
      if (isLeftAlone(site, 'process')) return { unknown: `pid ${observer.pid} ran before the run` };
      const listens = listensAt(await readListeners(context, site), {
        ip: site.host.innerIpAddress,
        port: site.host.sqlPort,
      });
      return listens ? { done: observer } : { unknown: `pid ${observer.pid} runs and does not listen yet` };
    },
    run: async (context) => {
      const site = await openSite(context, server);
      const found = await findObserver(context, site);
      if (found && !(await isOwn(context, site, server))) throw foreign(site, found);
      if (!found) {
        await recordEffects(site, { process: true });
        await launchObserver(context, site, startFlags(site, server, await networkFlags(context, site)));
      }
      const observer = await waitForSqlPort(context, site);
      context.log.info(`The observer runs as pid ${observer.pid} since ${observer.startedAt ?? 'an unknown time'}.`);
      return observer;
    },
    undo: async (context) => {
      const site = await openSite(context, server);
      if (!site.server?.effects.process) return leaveAlone(site, 'process');
      await endForwardSteps(context, site);
      const observer = await findObserver(context, site);
      if (observer) await stopObserver(context, site, observer);
      await clearAway(context, site);
      await recordEffects(site, { process: false, firstStart: null, serviceTimeBeforeRestart: null });
    },
    preview: async (context) => {
      const site = await openSite(context, server);
      const flags = startFlags(site, server, await networkFlags(context, site));
      return [{ kind: 'command', host: site.host.name, text: launchCommand(site, flags).text }];
    },
    repeatable: true,
    end: async (context) => endSteps(context, await openSite(context, server)),
    timeoutMs: 1_200_000,
    estimateMs: 15_000,
    limits: hostLimit(server),
  };
}

/** Whether the observer that runs is the one that is to be started: by this run, or before it. */
async function isOwn(context: CheckContext, site: ServerSite, server: ServerToAdd): Promise<boolean> {
  return site.server?.effects.process === true || (await hasOwnObserver(context, site, server));
}

function foreign({ host }: ServerSite, { pid }: ObserverProcess): PrecedeError<'OBSERVER_FOREIGN'> {
  return new PrecedeError('OBSERVER_FOREIGN', {
    message: `On host ${host.id} the observer of another cluster or zone runs as pid ${pid}.`,
    next: 'End it, or choose another host; then retry.',
    details: { hostId: host.id, pid, ocpCode: 'COM32001' },
  });
}

/** The full flag set of a first start; `network` is what `networkFlags` answers. */
function startFlags(
  { host, cluster, paths }: ServerSite,
  server: ServerToAdd,
  network: readonly string[],
): readonly string[] {
  // What is nearer to the run comes before what the inventory says.
  const told = new Map([
    ...Object.entries({ ...cluster.startupParameters, ...host.startupParameters }),
    ...server.startupParameters.map(({ name, value }) => [name, value] as const),
  ]);
  const parameters = [
    `config_additional_dir=${paths.configCopies.join(';')}`,
    ...[...told].map(([name, value]) => `${name}=${value}`),
  ];
  return [
    ...[...network, '-p', String(host.sqlPort), '-P', String(host.rpcPort)],
    ...['-z', server.zoneName, '-d', paths.store],
    ...['-r', cluster.rootServers.map(({ ip, rpcPort, sqlPort }) => `${ip}:${rpcPort}:${sqlPort}`).join(';')],
    ...['-c', String(cluster.obClusterId), '-n', cluster.name],
    ...['-o', parameters.join(',')],
  ];
}

/** Everything that an observer writes: its pid, its saved configuration and copies, its logs, its data. */
async function clearAway(context: TaskContext, site: ServerSite): Promise<void> {
  const { home, pidFile, savedConfig, log, leaves } = site.paths;
  await act(
    context,
    site,
    sh`rm -f -- ${pidFile} ${savedConfig} ${savedConfig}.history
rm -rf -- ${log}
for path in ${leaves}; do [ ! -d "$path" ] || find "$path" -mindepth 1 -delete || exit 1; done
cd ${home} 2>/dev/null && rmdir run etc 2>/dev/null
true`,
    { isRepeatable: true },
  );
}
