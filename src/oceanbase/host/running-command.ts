import type { ClientChannel } from 'ssh2';
import { onAborted } from '../deadline.ts';
import type { Deadline } from '../deadline.ts';
import { lastLines, shortCommand } from './command-failed-error.ts';
import { terminate } from './command-channel.ts';
import { CommandOutput } from './command-output.ts';
import type { ExecOptions, ExecResult, OutputStream } from './host-session.ts';
import { CommandOutcomeUnknownError, HostSessionError } from './host-session-error.ts';
import { splitLines } from './output-lines.ts';
import type { OutputLines } from './output-lines.ts';
import type { ShellCommand } from './shell-command.ts';

/** One command on its way to one host. */
export interface SentCommand extends Pick<ExecOptions, 'stdin' | 'onOutput'> {
  readonly hostId: number | string;
  readonly command: ShellCommand;
  readonly deadline: Deadline;
  readonly outputBytesMax: number;
  /** How long output is waited for after the exit status, when something keeps the channel open; in milliseconds. */
  readonly drainMs: number;
  readonly startedAtMs: number;
  /** Why the connection ended; undefined while it is open. */
  readonly connectionEnd: () => string | undefined;
}

type Exit = { readonly status: number } | { readonly signal: string };

/**
 * Follows a command from the moment the host accepted it. Must be called in the very callback that brings the channel:
 * its exit may be in the same packet. Resolves on an explicit exit status and on nothing else.
 */
export function followCommand(channel: ClientChannel, sent: SentCommand): Promise<ExecResult> {
  return new RunningCommand(channel, sent).result;
}

class RunningCommand {
  readonly result: Promise<ExecResult>;
  readonly #channel: ClientChannel;
  readonly #sent: SentCommand;
  readonly #outputs: Readonly<Record<OutputStream, CommandOutput>>;
  readonly #lines: OutputLines[] = [];
  readonly #settlers = Promise.withResolvers<ExecResult>();
  readonly #stopListening: () => void;
  #exit: Exit | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #streamsOpen = 2;
  #settled = false;

  constructor(channel: ClientChannel, sent: SentCommand) {
    this.#channel = channel;
    this.#sent = sent;
    this.result = this.#settlers.promise;
    this.#outputs = { stdout: new CommandOutput(sent.outputBytesMax), stderr: new CommandOutput(sent.outputBytesMax) };
    this.#collect(channel, 'stdout');
    this.#collect(channel.stderr, 'stderr');
    // Errors of the channel are followed by its close, which decides.
    channel.on('error', () => undefined);
    channel.stderr.on('error', () => undefined);
    channel.on('exit', (status: unknown, signal: unknown) => this.#onExit(status, signal));
    this.#stopListening = onAborted(sent.deadline.signal, () => this.#onGivenUp());
    channel.end(sent.stdin);
  }

  #collect(stream: NodeJS.ReadableStream, name: OutputStream): void {
    const { onOutput, outputBytesMax } = this.#sent;
    const lines = onOutput && splitLines((line) => onOutput(line, name), outputBytesMax);
    if (lines) this.#lines.push(lines);
    stream.on('data', (chunk: Buffer) => {
      if (this.#settled) return;
      this.#outputs[name].push(chunk);
      lines?.push(chunk);
      this.#drainTimer?.refresh();
    });
    stream.on('close', () => {
      this.#streamsOpen -= 1;
      if (this.#streamsOpen === 0) this.#onClosed();
    });
  }

  /** A background process may hold the channel open after the command itself has ended. */
  #onExit(status: unknown, signal: unknown): void {
    this.#exit = typeof status === 'number' ? { status } : { signal: String(signal) };
    this.#drainTimer = setTimeout(() => this.#onHeldOpen(), this.#sent.drainMs);
  }

  #onClosed(): void {
    if (this.#exit === undefined) {
      this.#settle(() => this.#throwUnknown());
      return;
    }
    // Output may follow the exit status, so a connection that ends in between leaves the output incomplete.
    if (this.#sent.connectionEnd() !== undefined) this.#cutOffOutputs();
    this.#settleByExit(this.#exit);
  }

  #onHeldOpen(): void {
    if (this.#settled || this.#exit === undefined) return;
    this.#cutOffOutputs();
    this.#settleByExit(this.#exit);
    terminate(this.#channel);
  }

  #onGivenUp(): void {
    if (this.#exit === undefined) this.#settle(() => this.#throwGivenUp());
    else this.#onHeldOpen();
    terminate(this.#channel);
  }

  #settleByExit(exit: Exit): void {
    this.#settle(() => ('status' in exit ? this.#ended(exit.status) : this.#throwKilled(exit.signal)));
  }

  #settle(outcome: () => ExecResult): void {
    if (this.#settled) return;
    for (const lines of this.#lines) lines.end();
    this.#settled = true;
    clearTimeout(this.#drainTimer);
    this.#stopListening();
    try {
      this.#settlers.resolve(outcome());
    } catch (error) {
      this.#settlers.reject(error);
    }
  }

  #cutOffOutputs(): void {
    this.#outputs.stdout.cutOff();
    this.#outputs.stderr.cutOff();
  }

  #ended(exitStatus: number): ExecResult {
    const { stdout, stderr } = this.#outputs;
    return {
      exitStatus,
      stdout: stdout.text(),
      stderr: stderr.text(),
      truncated: stdout.truncated || stderr.truncated,
      durationMs: performance.now() - this.#sent.startedAtMs,
    };
  }

  #throwUnknown(): never {
    const why = this.#sent.connectionEnd() ?? 'the host closed its channel';
    throw new CommandOutcomeUnknownError({
      hostId: this.#sent.hostId,
      message: `A command on host ${String(this.#sent.hostId)} ended without an exit status: ${why}. It may have run.`,
      details: this.#seen(),
    });
  }

  #throwKilled(signal: string): never {
    throw new HostSessionError('SSH_COMMAND_KILLED', {
      hostId: this.#sent.hostId,
      message: `A command on host ${String(this.#sent.hostId)} was ended by ${signal}.`,
      mayHaveRun: true,
      details: { signal, ...this.#seen() },
    });
  }

  #throwGivenUp(): never {
    throw gaveUp(this.#sent, {
      while: 'while the command ran. It was sent TERM, but the host may have left it running.',
      mayHaveRun: true,
      details: this.#seen(),
    });
  }

  #seen(): { command: string; lastLines: string[] } {
    const { stdout, stderr } = this.#outputs;
    return {
      command: shortCommand(this.#sent.command),
      lastLines: lastLines({ stdout: stdout.text(), stderr: stderr.text() }),
    };
  }
}

/** The error of a command whose deadline is over or whose caller gave up. */
export function gaveUp(
  sent: Pick<SentCommand, 'hostId' | 'deadline'>,
  how: { while: string; mayHaveRun: boolean; details?: { command: string; lastLines?: string[] } },
): HostSessionError {
  const timedOut = sent.deadline.givenUp() === 'TIMEOUT';
  const what = timedOut ? `was not done within ${String(sent.deadline.timeoutMs)} ms` : 'was given up by its caller';
  return new HostSessionError(timedOut ? 'SSH_TIMEOUT' : 'SSH_ABORTED', {
    hostId: sent.hostId,
    message: `A command on host ${String(sent.hostId)} ${what}, ${how.while}`,
    mayHaveRun: how.mayHaveRun,
    next: how.mayHaveRun ? undefined : 'The command was not sent; it can be sent again.',
    details: how.details,
  });
}
