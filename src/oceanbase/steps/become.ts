import { sh, type ShellCommand } from '../host/shell-command.ts';
import type { HostRecord } from '../inventory/host-record.ts';

/**
 * The command as the user who may change the system: through `sudo -n` where the inventory says so, else as it is. It
 * never asks for a password: sudo ends with an error instead.
 */
export function asRoot({ sudo }: Pick<HostRecord, 'sudo'>, command: ShellCommand): ShellCommand {
  return sudo ? sh`sudo -n ${command}` : command;
}
