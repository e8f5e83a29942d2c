import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import type { ExecOptions, ExecResult } from '../host/host-session.ts';
import type { ShellCommand } from '../host/shell-command.ts';
import type { ServerSite } from './site.ts';

/** How a command of a step is sent: as any command, with the task's own signal. */
export type StepCommandOptions = Pick<ExecOptions, 'timeoutMs' | 'stdin'>;

/** Sends a command that only looks. Resolves with its exit status, 0 or not; nothing is written to the task's log. */
export function look(
  context: CheckContext,
  { shell }: Pick<ServerSite, 'shell'>,
  command: ShellCommand,
  options: StepCommandOptions = {},
): Promise<ExecResult> {
  return shell.exec(command, { ...options, signal: context.signal });
}

/**
 * Sends a command that has to succeed. The command and its output stand in the task's log.
 *
 * @throws CommandFailedError unless its exit status is 0
 */
export async function act(
  context: TaskContext,
  { shell }: Pick<ServerSite, 'shell'>,
  command: ShellCommand,
  options: StepCommandOptions = {},
): Promise<ExecResult> {
  context.log.info(`$ ${command.text}`);
  const result = await shell.exec(command, {
    ...options,
    signal: context.signal,
    onOutput: (line) => {
      context.log.output(line);
    },
  });
  if (result.exitStatus !== 0) throw new CommandFailedError(shell.hostId, command, result);
  return result;
}

/** The lines of an output that hold anything. */
export function linesOf({ stdout }: Pick<ExecResult, 'stdout'>): readonly string[] {
  return stdout.split('\n').filter((line) => line !== '');
}
