import { PrecedeError } from '../../errors/index.ts';
import type { TaskContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { HostSessionError } from '../host/host-session-error.ts';
import type { ExecResult } from '../host/host-session.ts';
import { sh, type ShellCommand } from '../host/shell-command.ts';
import { pollUntil } from '../poll.ts';
import { look } from './on-host.ts';
import type { ServerSite } from './site.ts';

/** Relative to the login directory, in which every command starts. */
const stepsDirectory = '.precede/steps';
const endTimeoutMs = 1_800_000;
/** Nothing of ours stays in the home directory of a user without need. */
const tidy = sh`rmdir .precede/steps .precede/packages .precede 2>/dev/null; true`;

/** What a command that outlives its connection is sent with. */
export interface DurableCommand {
  readonly command: ShellCommand;
  /** Tells apart several such commands of one task. */
  readonly name: string;
  readonly timeoutMs: number;
}

/**
 * Runs a command that has to succeed and must not be sent twice: an install, a start. It runs under the task's step
 * token in a directory of its own on the host, so that when the connection is lost its result is still read from
 * there, and a second sending under the same token attaches to the first instead of starting another.
 *
 * @throws CommandFailedError unless its exit status is 0
 * @throws PrecedeError `COMMAND_INTERRUPTED` when the host ended it (a reboot, say) before it had a result
 */
export async function actOnce(context: TaskContext, site: ServerSite, durable: DurableCommand): Promise<void> {
  const { command, name, timeoutMs } = durable;
  const directory = `${stepsDirectory}/${context.token}.${name}`;
  context.log.info(`$ ${command.text}`);
  const result = await sentOrAttached(context, site, { directory, command, timeoutMs });
  for (const line of `${result.stdout}${result.stderr}`.split('\n')) if (line !== '') context.log.output(line);
  await look(context, site, sh`rm -rf -- ${directory}; ${tidy}`);
  if (result.exitStatus !== 0) throw new CommandFailedError(site.shell.hostId, command, result);
}

/**
 * Waits for the end of whatever the task has sent with `actOnce` and has not seen the end of (it was cut off, or
 * cancelled), and forgets it. Undo begins with this: what still runs would bring about again what undo takes away.
 */
export async function endCommands(context: TaskContext, site: ServerSite): Promise<void> {
  const ofTask = `${stepsDirectory}/${context.token.replace(/-\d+$/, '-')}`;
  const question = sh`for directory in ${ofTask}[0-9]*; do
  [ -f "$directory/pid" ] && kill -0 "$(cat "$directory/pid")" 2>/dev/null && { echo running; exit 0; }
done
rm -rf -- ${ofTask}[0-9]*
${tidy}`;
  await pollUntil<true>({
    what: `the end of the task's commands on host ${site.host.id}`,
    timeoutMs: endTimeoutMs,
    intervalMs: site.services.pollIntervalMs,
    signal: context.signal,
    probe: async () => {
      const { stdout } = await look(context, site, question);
      return stdout.includes('running') ? { waiting: 'one is still running' } : { done: true };
    },
  });
}

interface Sending {
  /** Relative to the login directory. */
  readonly directory: string;
  readonly command: ShellCommand;
  readonly timeoutMs: number;
}

/** Exit status of the wrapper when the same command was sent before. */
const sentBefore = 113;

async function sentOrAttached(context: TaskContext, site: ServerSite, sending: Sending): Promise<ExecResult> {
  const { directory, command, timeoutMs } = sending;
  try {
    const result = await look(context, site, wrapped(directory, command), { timeoutMs });
    if (result.exitStatus !== sentBefore) return result;
  } catch (error) {
    if (!(error instanceof HostSessionError) || !error.mayHaveRun || context.signal.aborted) throw error;
    context.log.warn(`${error.message} Asking the host for the result.`);
  }
  return await attach(context, site, sending);
}

/** `mkdir` is what makes the second sending of a command find the first; a lost connection must not end it (HUP, PIPE). */
function wrapped(directory: string, command: ShellCommand): ShellCommand {
  return sh`umask 077; mkdir -p .precede/steps || exit 1
mkdir ${directory} 2>/dev/null || exit ${sentBefore}
umask 022
trap '' HUP PIPE
echo $$ >${directory}/pid
( ${command}
) >${directory}/out 2>&1 </dev/null
echo $? >${directory}/rc.part && mv ${directory}/rc.part ${directory}/rc
cat ${directory}/out
exit "$(cat ${directory}/rc)"`;
}

function attach(context: TaskContext, site: ServerSite, { directory, timeoutMs }: Sending): Promise<ExecResult> {
  // Whether it lives is asked before whether it has ended: the other way round, an end in between would go unseen.
  const question = sh`cd ${directory} || { echo lost; exit 0; }
[ -f pid ] || sleep 1
kill -0 "$(cat pid)" 2>/dev/null && { echo running; exit 0; }
[ -f rc ] && { echo "ended $(cat rc)"; cat out; exit 0; }
echo lost`;
  return pollUntil<ExecResult>({
    what: `the result of a command on host ${site.host.id}`,
    timeoutMs,
    intervalMs: site.services.pollIntervalMs,
    signal: context.signal,
    probe: async ({ remainingMs }) => {
      const answer = await look(context, site, question, { timeoutMs: Math.min(remainingMs, 30_000) });
      const [state = '', ...output] = answer.stdout.split('\n');
      if (state === 'running') return { waiting: 'it is still running' };
      if (!state.startsWith('ended ')) throw interrupted(site);
      return { done: { ...answer, exitStatus: Number(state.slice('ended '.length)), stdout: output.join('\n') } };
    },
  });
}

function interrupted({ host }: ServerSite): PrecedeError<'COMMAND_INTERRUPTED'> {
  return new PrecedeError('COMMAND_INTERRUPTED', {
    message: `A command on host ${host.id} was ended from outside before it had a result.`,
    next: 'Find out what ended it (a reboot, out of memory), then retry.',
    details: { hostId: host.id },
  });
}
