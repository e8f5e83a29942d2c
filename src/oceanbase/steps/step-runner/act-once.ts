import { PrecedeError } from '../../../errors/index.ts';
import { EngineClosedError } from '../../../run/index.ts';
import { LeaseLostError } from '../../../store/index.ts';
import type { TaskContext } from '../../../workflow/index.ts';
import { openDeadline, type Deadline } from '../../deadline.ts';
import { CommandFailedError } from '../../host/command-failed-error.ts';
import { HostSessionError, isHostConnectionError } from '../../host/host-session-error.ts';
import type { ExecResult } from '../../host/host-session.ts';
import type { ShellCommand } from '../../host/shell-command.ts';
import { pollUntil, type PollAnswer } from '../../poll.ts';
import { act, isConnectionLost } from '../on-host.ts';
import { endStep, outOfReach } from './end-step.ts';
import { followScript } from './follow-script.ts';
import { openScript, stepDirectory } from './step-directory.ts';
import type { StepSite } from './step-site.ts';
import { readStepState, type StepState } from './step-state.ts';

/** A command that outlives its connection and the process that sent it. */
export interface DurableCommand {
  readonly command: ShellCommand;
  /** Tells apart several such commands of one task. Letters and hyphens. */
  readonly name: string;
  /** A command that runs for longer is ended. */
  readonly timeoutMs: number;
  /** How long it is left alone, once it is to be ended, before it gets TERM. @default 0 */
  readonly patienceMs?: number;
}

/** How often a command is started at most on a host that says afterwards that nobody has started it. */
const startsMax = 3;

/**
 * Runs a command that has to succeed and must not be run twice: an install, a start. It runs under the task's step token
 * in a directory of its own on the host. However often it is sent, by this process after a cut connection or by another
 * one after a crash, it is started once; every sending comes back with the one result. The directory stays until the
 * task's `end`, so that a crash between the reading of the result and its recording loses nothing.
 *
 * A task that is cancelled or out of time ends the command on the host before this rejects. An engine that closes leaves
 * it running: whoever takes the run up comes back with its result.
 *
 * @throws CommandFailedError unless its exit status is 0
 * @throws PrecedeError `COMMAND_INTERRUPTED` when it was ended from outside (a reboot, say) before it had a result
 * @throws PrecedeError `COMMAND_ENDED` when it was ended because the task was given up, or the command was out of time
 * @throws HostSessionError with `mayHaveRun` when that cannot be told: the host is out of reach
 */
export async function actOnce(context: TaskContext, site: StepSite, durable: DurableCommand): Promise<void> {
  const { command, name, timeoutMs } = durable;
  context.log.info(`$ ${command.text}`);
  const directory = stepDirectory(context.token, name);
  const deadline = openDeadline({ timeoutMs, signal: context.signal });
  try {
    await act({ ...context, signal: deadline.signal }, site, openScript(directory), {
      isRepeatable: true,
      isQuiet: true,
    });
    const result = await followed(context, site, { directory, command, deadline });
    for (const line of result.stdout.split('\n')) if (line !== '') context.log.output(line);
    if (result.exitStatus !== 0) throw new CommandFailedError(site.shell.hostId, command, result);
  } catch (error) {
    if (deadline.givenUp() === undefined || error instanceof CommandFailedError || isLeft(context)) throw error;
    throw await endStep(context, site, { directory, patienceMs: durable.patienceMs ?? 0, cause: error });
  } finally {
    deadline.close();
  }
}

/** Whether this process gives the run away rather than up. */
function isLeft({ signal }: Pick<TaskContext, 'signal'>): boolean {
  return signal.reason instanceof EngineClosedError || signal.reason instanceof LeaseLostError;
}

interface Following {
  /** Relative to the login directory. */
  readonly directory: string;
  readonly command: ShellCommand;
  readonly deadline: Deadline;
}

function followed(context: TaskContext, site: StepSite, following: Following): Promise<ExecResult> {
  const { hostId } = site.shell;
  const { deadline } = following;
  let wasSent = false;
  let starts = 0;
  return pollUntil<ExecResult>({
    what: `the result of a command on host ${String(hostId)}`,
    timeoutMs: deadline.timeoutMs,
    intervalMs: site.services.pollIntervalMs,
    signal: deadline.signal,
    // Until it has been sent, a host that cannot be reached is a failure like any other: nothing has happened.
    isNotYet: (error) => {
      if (!(error instanceof HostSessionError) || deadline.givenUp() !== undefined) return false;
      wasSent ||= error.mayHaveRun;
      const isNotYet = wasSent ? isOnTheWay(error) : isConnectionLost(error);
      if (isNotYet) context.log.warn(`${error.message} Asking the host for the result.`);
      return isNotYet;
    },
    probe: async () => {
      const { state, said } = await sendFollow(context, site, { ...following, wasSent });
      wasSent = true;
      if (state?.kind !== 'idle' && state !== undefined) return pollAnswer(state, { said, hostId });
      starts += 1;
      if (starts < startsMax) return { waiting: 'it has not been started' };
      throw notStarted(hostId, said);
    },
  });
}

/** KILLED was the shell that waited for the command; the command is not among what it could take along. */
function isOnTheWay(error: unknown): boolean {
  return isHostConnectionError(error) || (error instanceof HostSessionError && error.code === 'SSH_COMMAND_KILLED');
}

async function sendFollow(
  context: TaskContext,
  site: StepSite,
  { directory, command, deadline, wasSent }: Following & { readonly wasSent: boolean },
): Promise<{ readonly state: StepState | undefined; readonly said: ExecResult }> {
  await context.throwIfFenced();
  const timeoutMs = Math.max(1, Math.ceil(deadline.remainingMs()));
  try {
    const said = await site.shell.exec(followScript(directory, command), { timeoutMs, signal: deadline.signal });
    return { state: readStepState(said.stdout), said };
  } catch (error) {
    // Whatever else keeps us from the host (a key that changed, a file that is gone): the command may run there.
    if (!wasSent || !(error instanceof Error) || isOnTheWay(error) || deadline.givenUp() !== undefined) throw error;
    throw outOfReach(site, error);
  }
}

function pollAnswer(
  state: Exclude<StepState, { kind: 'idle' }>,
  { said, hostId }: { readonly said: ExecResult; readonly hostId: number | string },
): PollAnswer<ExecResult> {
  switch (state.kind) {
    case 'running':
      return { waiting: 'it is still running' };
    case 'ended':
      return { done: { ...said, exitStatus: state.exitStatus, stdout: state.output, stderr: '' } };
    case 'lost':
    case 'gone':
    case 'revoked':
      throw interrupted(hostId);
  }
}

function interrupted(hostId: number | string): PrecedeError<'COMMAND_INTERRUPTED'> {
  return new PrecedeError('COMMAND_INTERRUPTED', {
    message: `A command on host ${String(hostId)} was ended from outside before it had a result.`,
    next: 'Find out what ended it (a reboot, out of memory), then retry.',
    details: { hostId },
  });
}

function notStarted(hostId: number | string, { stderr }: ExecResult): PrecedeError<'COMMAND_NOT_STARTED'> {
  return new PrecedeError('COMMAND_NOT_STARTED', {
    message: `Host ${String(hostId)} does not start a command in ~/.precede/steps: ${stderr.trim().slice(0, 500) || 'it does not say why'}.`,
    next: 'Check that there is room in the home directory and that it can hold hard links and named pipes, then retry.',
    details: { hostId },
  });
}
