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
}

/** How often a repeatable command is sent at most. */
const sendingsMax = 3;

/** Sends a command that only looks. Resolves with its exit status, 0 or not; nothing is written to the task's log. */
export function look(
  context: CheckContext,
  site: Pick<ServerSite, 'shell'>,
  command: ShellCommand,
  options: StepCommandOptions = {},
): Promise<ExecResult> {
  return send(context, site, command, { ...options, isRepeatable: true });
}

/**
 * Sends a command that has to succeed. The command and its output stand in the task's log.
 *
 * @throws CommandFailedError unless its exit status is 0
 */
export async function act(
  context: TaskContext,
  site: Pick<ServerSite, 'shell'>,
  command: ShellCommand,
  options: StepCommandOptions = {},
): Promise<ExecResult> {
  context.log.info(`$ ${command.text}`);
  const onOutput = (line: string): void => {
    context.log.output(line);
  };
  const result = await send(context, site, command, { ...options, onOutput });
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
  { isRepeatable = false, ...options }: StepCommandOptions,
): Promise<ExecResult> {
  for (let sending = 1; ; sending += 1) {
    try {
      return await shell.exec(command, { ...options, signal: context.signal });
    } catch (error) {
      if (!isRepeatable || sending === sendingsMax || !isConnectionLost(error) || context.signal.aborted) throw error;
      context.log.warn(`${error.message} Sending it again.`);
    }
  }
}

function isConnectionLost(error: unknown): error is HostSessionError {
  return (
    error instanceof HostSessionError && (error.code === 'SSH_OUTCOME_UNKNOWN' || error.code === 'SSH_CONNECTION_LOST')
  );
}
