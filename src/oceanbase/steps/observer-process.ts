import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { sh, type ShellCommand } from '../host/shell-command.ts';
import { pollUntil } from '../poll.ts';
import { isSameStart, type ProcessStart } from '../process-start.ts';
import { listensAt, readListeners } from './listeners.ts';
import { act, linesOf, look } from './on-host.ts';
import type { ServerSite } from './site.ts';
import { actOnce } from './step-runner/act-once.ts';

/** How long an observer has to end by itself, in milliseconds. */
export const stopTimeoutMs = 60_000;
const killTimeoutMs = 15_000;
const startTimeoutMs = 1_100_000;

/** A running observer. */
export interface ObserverProcess extends ProcessStart {
  /** When it started, by the host's clock, as ISO 8601; null when the host does not tell. */
  readonly startedAt: string | null;
}

/** The observer that runs in the server's home, if one does. A pid file alone proves nothing, so the process is asked. */
export async function findObserver(context: CheckContext, site: ServerSite): Promise<ObserverProcess | undefined> {
  const command = sh`${findProcess(site)}
printf '%s\n' "$pid" "$mark" "$(awk '/^btime/ { print $2 }' /proc/stat 2>/dev/null)" "$(getconf CLK_TCK 2>/dev/null)"`;
  const result = await look(context, site, command);
  if (result.exitStatus !== 0) throw new CommandFailedError(site.host.id, command, result);
  const [pid, startMark, bootSeconds, ticksPerSecond] = result.stdout.split('\n');
  if (!pid || !startMark) return undefined;
  return { pid: Number(pid), startMark, startedAt: startedAt(startMark, Number(bootSeconds), Number(ticksPerSecond)) };
}

/** Starts the observer: with these flags, or without any from its saved configuration. */
export async function launchObserver(context: TaskContext, site: ServerSite, flags: readonly string[]): Promise<void> {
  await actOnce(context, site, { name: 'observer', command: launchCommand(site, flags), timeoutMs: startTimeoutMs });
}

/** The command line that starts an observer. Limits that the host does not allow are the pre-check's to report. */
export function launchCommand({ paths }: Pick<ServerSite, 'paths'>, flags: readonly string[]): ShellCommand {
  const { home, libraries, program } = paths;
  return sh`cd ${home} && { ulimit -c unlimited; ulimit -s 10240; :; } 2>/dev/null && LD_LIBRARY_PATH=${libraries} ${program} ${flags}`;
}

/**
 * Waits until an observer runs and takes connections on its SQL port.
 *
 * @throws PrecedeError `OBSERVER_ENDED` with the last lines of its log as soon as it is seen to have ended
 */
export async function waitForSqlPort(context: TaskContext, site: ServerSite): Promise<ObserverProcess> {
  const at = { ip: site.host.innerIpAddress, port: site.host.sqlPort };
  return pollUntil<ObserverProcess>({
    what: `the observer on host ${site.host.id} to listen on ${at.ip}:${at.port}`,
    timeoutMs: startTimeoutMs,
    intervalMs: site.services.pollIntervalMs,
    signal: context.signal,
    probe: async () => {
      const observer = await findObserver(context, site);
      if (!observer) throw await observerEnded(context, site);
      const listens = listensAt(await readListeners(context, site), at);
      return listens ? { done: observer } : { waiting: `it runs as pid ${observer.pid} and does not listen yet` };
    },
  });
}

/** Ends this very start of the observer: TERM, and KILL when that does not help. Harmless when it has ended. */
export async function stopObserver(context: TaskContext, site: ServerSite, start: ProcessStart): Promise<void> {
  await act(context, site, signalCommand(site, start, 'TERM'), { isRepeatable: true });
  if (await isGoneWithin(context, site, { start, timeoutMs: stopTimeoutMs })) return;
  context.log.warn(`The observer did not end within ${stopTimeoutMs / 1000} s of TERM.`);
  await act(context, site, signalCommand(site, start, 'KILL'), { isRepeatable: true });
  if (await isGoneWithin(context, site, { start, timeoutMs: killTimeoutMs })) return;
  throw new PrecedeError('OBSERVER_NOT_STOPPED', {
    message: `The observer on host ${site.host.id}, pid ${start.pid}, lives on after KILL.`,
    next: 'Look for a process in uninterruptible sleep (a hanging disk), then retry.',
    details: { hostId: site.host.id, pid: start.pid },
  });
}

/** Sends a signal to this very start and to no other: a pid may have been taken by another process since. */
export function signalCommand(
  site: Pick<ServerSite, 'paths'>,
  start: { readonly pid: number | string; readonly startMark: string },
  signal: 'TERM' | 'KILL',
): ShellCommand {
  return sh`${findProcess(site)}
[ "$pid $mark" = ${`${start.pid} ${start.startMark}`} ] || exit 0
kill -s ${signal} "$pid"`;
}

async function isGoneWithin(
  context: TaskContext,
  site: ServerSite,
  { start, timeoutMs }: { start: ProcessStart; timeoutMs: number },
): Promise<boolean> {
  const isGone = async (): Promise<boolean> => {
    const now = await findObserver(context, site);
    return !now || !isSameStart(now, start);
  };
  try {
    return await pollUntil<boolean>({
      what: `the end of the observer on host ${site.host.id}`,
      timeoutMs,
      intervalMs: site.services.pollIntervalMs,
      signal: context.signal,
      probe: async () => ((await isGone()) ? { done: true } : { waiting: `pid ${start.pid} still runs` }),
    });
  } catch (error) {
    if (error instanceof PrecedeError && error.code === 'POLL_TIMEOUT') return false;
    throw error;
  }
}

/**
 * Shell text that ends the script with 0 unless an observer runs in this home; else sets `pid` and `mark`. On Linux
 * the mark is the kernel's start tick of the process, elsewhere the start time that `ps` prints.
 */
export function findProcess({ paths }: Pick<ServerSite, 'paths'>): ShellCommand {
  return sh`pid=$(cat ${paths.pidFile} 2>/dev/null) || exit 0
case $pid in ''|*[!0-9]*) exit 0 ;; esac
kill -0 "$pid" 2>/dev/null || exit 0
if [ -r "/proc/$pid/stat" ]; then
  set -- $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null)
  [ $# -ge 20 ] && [ "$1" != Z ] || exit 0
  shift 19
  mark=$1
  command=$(tr '\\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)
else
  mark=$(ps -o lstart= -p "$pid") || exit 0
  command=$(ps -o args= -p "$pid")
fi
case $command in *observer*) ;; *) exit 0 ;; esac`;
}

function startedAt(mark: string, bootSeconds: number, ticksPerSecond: number): string | null {
  const ms = /^\d+$/.test(mark) ? (bootSeconds + Number(mark) / (ticksPerSecond || 100)) * 1_000 : Date.parse(mark);
  return Number.isFinite(ms) && ms > 0 ? new Date(ms).toISOString() : null;
}

async function observerEnded(context: CheckContext, site: ServerSite): Promise<PrecedeError<'OBSERVER_ENDED'>> {
  const log = await look(context, site, sh`tail -n 20 ${site.paths.log}/observer.log 2>/dev/null`);
  const lastLines = linesOf(log);
  return new PrecedeError('OBSERVER_ENDED', {
    message: `The observer on host ${site.host.id} has ended by itself: ${lastLines.at(-1) ?? 'it wrote no log.'}`,
    next: `Read ${site.paths.log}/observer.log on the host, remove the cause, then retry.`,
    details: { hostId: site.host.id, lastLines },
  });
}
