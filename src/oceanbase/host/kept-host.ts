import { RefusedError } from '../../errors/index.ts';
import { openDeadline, untilAborted } from '../deadline.ts';
import type { Deadline } from '../deadline.ts';
import { createSlots } from '../slots.ts';
import type { Slots } from '../slots.ts';
import { shortCommand } from './command-failed-error.ts';
import { openHostConnection } from './host-connection.ts';
import type { CommandToSend, HostConnection } from './host-connection.ts';
import type { HostAddress } from './host-address.ts';
import type { ExecOptions, ExecResult } from './host-session.ts';
import { HostSessionError } from './host-session-error.ts';
import { gaveUp } from './running-command.ts';
import { ShellCommand } from './shell-command.ts';

/** What a host's connection is kept by. */
export interface KeptHostOptions {
  readonly address: () => Promise<HostAddress>;
  readonly channelsMax: number;
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly drainMs: number;
  /** Ends the connection and refuses a new one. */
  readonly signal: AbortSignal;
}

const execDefaults = Object.freeze({ timeoutMs: 60_000, outputBytesMax: 1_048_576 });

/** One host with at most one connection, opened when the first command comes and again when it was lost. */
export class KeptHost {
  readonly #id: number | string;
  readonly #options: KeptHostOptions;
  readonly #channels: Slots;
  #connection: Promise<HostConnection> | undefined;
  #usedAtMs = performance.now();

  constructor(id: number | string, options: KeptHostOptions) {
    this.#id = id;
    this.#options = options;
    this.#channels = createSlots(options.channelsMax);
  }

  /** Runs a command; see `HostSession.exec`. */
  async exec(command: ShellCommand, options: ExecOptions): Promise<ExecResult> {
    refuseForeign(command);
    const { timeoutMs = execDefaults.timeoutMs, signal, outputBytesMax = execDefaults.outputBytesMax } = options;
    const deadline = openDeadline({ timeoutMs, signal });
    const { stdin, onOutput } = options;
    const { drainMs } = this.#options;
    const startedAtMs = performance.now();
    const toSend = { hostId: this.#id, command, deadline, stdin, onOutput, outputBytesMax, drainMs, startedAtMs };
    try {
      const giveBack = await this.#channels.take(deadline.signal, () =>
        this.#notSent(toSend, `while ${String(this.#options.channelsMax)} other commands kept its channels busy.`),
      );
      return await this.#send(toSend).finally(giveBack);
    } finally {
      this.#usedAtMs = performance.now();
      deadline.close();
    }
  }

  /** Milliseconds without a command; 0 while one is under way. */
  idleMs(): number {
    return this.#channels.taken > 0 ? 0 : performance.now() - this.#usedAtMs;
  }

  /** Ends the connection, if there is one, and resolves when it has ended. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    connection?.close();
    await connection?.closed;
  }

  /** A kept connection may have gone stale; a command that certainly was not sent gets a second one. */
  async #send(toSend: CommandToSend): Promise<ExecResult> {
    const kept = this.#connect();
    try {
      return await (await this.#ready(kept, toSend)).exec(toSend);
    } catch (error) {
      if (!(error instanceof HostSessionError) || error.code !== 'SSH_CONNECTION_LOST') throw error;
      this.#forget(kept);
    }
    return (await this.#ready(this.#connect(), toSend)).exec(toSend);
  }

  #connect(): Promise<HostConnection> {
    this.#connection ??= this.#open();
    return this.#connection;
  }

  #open(): Promise<HostConnection> {
    const opened = this.#address().then((address) => openHostConnection(address, this.#options));
    opened.then(
      (connection) => connection.closed.then(() => this.#forget(opened)),
      () => this.#forget(opened),
    );
    return opened;
  }

  #address(): Promise<HostAddress> {
    return untilAborted(
      this.#options.address(),
      this.#options.signal,
      () =>
        new HostSessionError('SSH_ABORTED', {
          hostId: this.#id,
          message: `The connections were closed before one to host ${String(this.#id)} was opened.`,
          next: 'Nothing was sent.',
          mayHaveRun: false,
        }),
    );
  }

  #forget(connection: Promise<HostConnection>): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  #ready(connection: Promise<HostConnection>, toSend: CommandToSend): Promise<HostConnection> {
    return untilAborted(connection, toSend.deadline.signal, () =>
      this.#notSent(toSend, 'while the connection was being opened.'),
    );
  }

  #notSent(toSend: { command: ShellCommand; deadline: Deadline }, during: string): HostSessionError {
    return gaveUp(
      { hostId: this.#id, deadline: toSend.deadline },
      { while: during, mayHaveRun: false, details: { command: shortCommand(toSend.command) } },
    );
  }
}

/** The types say so already; a caller without types gets no unquoted text to the host. */
function refuseForeign(command: unknown): void {
  if (command instanceof ShellCommand) return;
  throw new RefusedError('COMMAND_REFUSED', 'Host session', [
    { code: 'COMMAND_REFUSED', message: 'The command was not built by sh.', next: 'Build it with the sh template.' },
  ]);
}
