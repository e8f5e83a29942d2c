import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { isSameStart } from '../process-start.ts';
import { listensAt, readListeners } from './listeners.ts';
import {
  findObserver,
  launchCommand,
  launchObserver,
  signalCommand,
  stopObserver,
  stopTimeoutMs,
  waitForSqlPort,
  type ObserverProcess,
} from './observer-process.ts';
import { readServer } from './server-view.ts';
import { openSite, recordEffects, type ServerSite } from './site.ts';
import { hostLimit, type ServerToAdd, type Step } from './step.ts';
import { endSteps } from './step-runner/end-step.ts';

/** The start before and the start after. */
export interface Restart {
  readonly before: { readonly pid: number; readonly startMark: string } | null;
  readonly after: ObserverProcess;
}

/**
 * Ends the observer and starts it without flags, from the configuration that it has saved; proves that what runs then
 * is a new start. Nothing to undo: undoing the first start ends it.
 */
export function restartObserver(server: ServerToAdd): Step<Restart> {
  return {
    check: async (context) => {
      const site = await openSite(context, server);
      const restart = await seenRestart(context, site);
      if (!restart) return 'needed';
      const listens = listensAt(await readListeners(context, site), {
        ip: site.host.innerIpAddress,
        port: site.host.sqlPort,
      });
      return listens ? { done: restart } : { unknown: `pid ${restart.after.pid} runs and does not listen yet` };
    },
    run: async (context) => {
      const site = await rememberFirstStart(context, server);
      if (!(await seenRestart(context, site))) await restart(context, site);
      const after = await waitForSqlPort(context, site);
      const before = site.server?.effects.firstStart ?? null;
      if (before && isSameStart(before, after)) throw notRestarted(site, after);
      context.log.info(
        `The observer was pid ${before?.pid ?? 0} and is pid ${after.pid} since ${after.startedAt ?? 'now'}.`,
      );
      return { before, after };
    },
    preview: async (context) => {
      const site = await openSite(context, server);
      const start = (await findObserver(context, site)) ?? { pid: '<pid>', startMark: '<start>' };
      const host = site.host.name;
      return [
        { kind: 'command', host, text: signalCommand(site, start, 'TERM').text },
        { kind: 'note', text: `if the observer has not ended after ${stopTimeoutMs / 1_000} s, the same with KILL` },
        { kind: 'command', host, text: launchCommand(site, []).text },
      ];
    },
    repeatable: true,
    end: async (context) => endSteps(context, await openSite(context, server)),
    timeoutMs: 1_200_000,
    estimateMs: 30_000,
    limits: hostLimit(server),
  };
}

/** Another start of the observer than the first that was remembered. */
async function seenRestart(context: CheckContext, site: ServerSite): Promise<Restart | undefined> {
  const before = site.server?.effects.firstStart;
  if (!before) return undefined;
  const after = await findObserver(context, site);
  return after && !isSameStart(before, after) ? { before, after } : undefined;
}

/** Written before the observer is ended, and once: a second attempt must not take the new start for the first. */
async function rememberFirstStart(context: TaskContext, server: ServerToAdd): Promise<ServerSite> {
  const site = await openSite(context, server);
  if (site.server?.effects.firstStart) return site;
  const observer = await findObserver(context, site);
  const row = await readServer(context, site);
  await recordEffects(site, {
    // None: it has ended by itself since, so whatever runs after this is a new start.
    firstStart: observer ? { pid: observer.pid, startMark: observer.startMark } : { pid: 0, startMark: 'none' },
    serviceTimeBeforeRestart: row?.startServiceTime ?? null,
  });
  return openSite(context, server);
}

async function restart(context: TaskContext, site: ServerSite): Promise<void> {
  const observer = await findObserver(context, site);
  if (observer) await stopObserver(context, site, observer);
  else context.log.warn('No observer runs here any more; it is started.');
  await launchObserver(context, site, []);
}

function notRestarted({ host }: ServerSite, { pid }: ObserverProcess): PrecedeError<'OBSERVER_NOT_RESTARTED'> {
  return new PrecedeError('OBSERVER_NOT_RESTARTED', {
    message: `The observer on host ${host.id} is still pid ${pid}, the start from before the restart.`,
    next: 'Find out what keeps it alive, then retry.',
    details: { hostId: host.id, pid },
  });
}
