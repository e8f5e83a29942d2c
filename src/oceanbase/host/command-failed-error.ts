import { PrecedeError } from '../../errors/index.ts';
import type { ExecResult } from './host-session.ts';
import type { ShellCommand } from './shell-command.ts';

const linesMax = 20;
const lineLengthMax = 500;
const commandLengthMax = 2_000;

/** A command ended with an exit status other than 0. The details hold the last 20 lines of its output. */
export class CommandFailedError extends PrecedeError<'SSH_COMMAND_FAILED'> {
  readonly hostId: number | string;
  readonly exitStatus: number;

  constructor(hostId: number | string, command: ShellCommand, result: ExecResult) {
    const lines = lastLines(result);
    const said = lines.at(-1);
    super('SSH_COMMAND_FAILED', {
      message:
        `A command on host ${String(hostId)} ended with exit status ${String(result.exitStatus)}` +
        (said === undefined ? ' and no output.' : `: ${said}`),
      next: 'Read the last output lines, remove the cause on the host, then retry.',
      details: { hostId, exitStatus: result.exitStatus, command: shortCommand(command), lastLines: lines },
    });
    this.hostId = hostId;
    this.exitStatus = result.exitStatus;
  }
}

/** The text of a command for an error: at most 2,000 characters. */
export function shortCommand(command: ShellCommand): string {
  return shortened(command.text, commandLengthMax);
}

/**
 * The last 20 lines of a command's output, at most 500 characters of each. What it said on stderr is nearer to the
 * reason than stdout, so stderr's lines come last.
 */
export function lastLines(output: Pick<ExecResult, 'stdout' | 'stderr'>): string[] {
  const lines = `${output.stdout}\n${output.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-linesMax).map((line) => shortened(line, lineLengthMax));
}

function shortened(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}…`;
}
