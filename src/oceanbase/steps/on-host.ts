import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { HostSessionError } from '../host/host-session-error.ts';
import type { ExecOptions, ExecResult } from '../host/host-session.ts';
import type { ShellCommand } from '../host/shell-command.ts';
import type { ServerSite } from './site.ts';

/** How a command of a step is sent: as any command, with the task's own signal. */
export interface StepCommandOptions extends Pick<ExecOptions, 'timeoutMs' | 'stdin' | 'onOutput'> {
  /** Whether sending it twice does the same as sending it once; then a lost connection is no failure. @default false */
  readonly isRepeatable?: boolean;
  /** Keeps the command and its output out of the task's log. @default false */
  readonly isQuiet?: boolean;
}

/** How often a repeatable command is sent at most. */
const sendingsMax = 3;

/**
 * Sends a command that only looks. Resolves with its exit status, 0 or not; nothing is written to the task's log. A look
 * has no effect, so its failures never say that it may have run.
 */
export async function look(
  context: CheckContext,
  site: Pick<ServerSite, 'shell'>,
  command: ShellCommand,
  options: StepCommandOptions = {},
): Promise<ExecResult> {
  try {
    return await send(context, site, command, { ...options, isRepeatable: true });
  } catch (error) {
    throw error instanceof HostSessionError && error.mayHaveRun ? withoutEffect(error) : error;
  }
}

/**
 * Sends a command that has to succeed, unless the run is another process's by now. The command and its output stand in
 * the task's log.
 *
 * @throws CommandFailedError unless its exit status is 0
 */
export async function act(
  context: TaskContext,
  site: Pick<ServerSite, 'shell'>,
  command: ShellCommand,
  { isQuiet = false, ...options }: StepCommandOptions = {},
): Promise<ExecResult> {
  if (!isQuiet) context.log.info(`$ ${command.text}`);
  const onOutput = (line: string): void => {
    if (!isQuiet) context.log.output(line);
  };
  const beforeSending = (): Promise<void> => context.throwIfFenced();
  const result = await send(context, site, command, { ...options, onOutput, beforeSending });
  if (result.exitStatus !== 0) throw new CommandFailedError(site.shell.hostId, command, result);
  return result;
}

/** The lines of an output that hold anything. */
export function linesOf({ stdout }: Pick<ExecResult, 'stdout'>): readonly string[] {
  return stdout.split('\n').filter((line) => line !== '');
}

async function send(
  context: CheckContext,
  { shell }: Pick<ServerSite, 'shell'>,
  command: ShellCommand,
  {
    isRepeatable = false,
    beforeSending,
    ...options
  }: StepCommandOptions & { readonly beforeSending?: () => Promise<void> },
): Promise<ExecResult> {
  for (let sending = 1; ; sending += 1) {
    await beforeSending?.();
    try {
      return await shell.exec(command, { ...options, signal: context.signal });
    } catch (error) {
      if (!isRepeatable || sending === sendingsMax || !isConnectionLost(error) || context.signal.aborted) throw error;
      context.log.warn(`${error.message} Sending it again.`);
    }
  }
}

/** The connection was there and broke, before or after the command was sent. */
export function isConnectionLost(error: unknown): error is HostSessionError {
  return (
    error instanceof HostSessionError && (error.code === 'SSH_OUTCOME_UNKNOWN' || error.code === 'SSH_CONNECTION_LOST')
  );
}

function withoutEffect({ code, hostId, message, next, details }: HostSessionError): HostSessionError {
  return new HostSessionError(code, {
    hostId,
    message,
    next,
    mayHaveRun: false,
    details: { ...details, mayHaveRun: false },
  });
}
