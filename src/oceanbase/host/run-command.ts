import { CommandFailedError } from './command-failed-error.ts';
import type { ExecOptions, ExecResult, HostSession } from './host-session.ts';
import type { ShellCommand } from './shell-command.ts';

/** Runs a command that has to succeed: throws `CommandFailedError` unless its exit status is 0. */
export async function runCommand(
  host: HostSession,
  command: ShellCommand,
  options: ExecOptions = {},
): Promise<ExecResult> {
  const result = await host.exec(command, options);
  if (result.exitStatus !== 0) throw new CommandFailedError(host.hostId, command, result);
  return result;
}
