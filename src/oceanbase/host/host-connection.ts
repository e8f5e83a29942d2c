import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type ssh2 from 'ssh2';
import type { ClientChannel } from 'ssh2';
import { onAborted } from '../deadline.ts';
import { terminate } from './command-channel.ts';
import { shortCommand } from './command-failed-error.ts';
import { connectFailure } from './connect-failure.ts';
import type { HostAddress } from './host-address.ts';
import { readPinnedHostKey } from './host-key.ts';
import type { ExecResult } from './host-session.ts';
import { CommandOutcomeUnknownError, HostSessionError } from './host-session-error.ts';
import { readPrivateKey } from './private-key.ts';
import { followCommand, gaveUp } from './running-command.ts';
import type { SentCommand } from './running-command.ts';
import { ssh2Package } from '../wire-packages.ts';

/** How one connection is opened and watched. */
export interface ConnectOptions {
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  /** Gives the opening up and ends the connection. */
  readonly signal: AbortSignal;
}

/** A command before the connection is known that carries it. */
export type CommandToSend = Omit<SentCommand, 'connectionEnd'>;

const keepaliveCountMax = 3;
const channelWaitMs = { first: 25, max: 1_000 };

/**
 * Opens an authenticated connection to a host that shows the pinned key. Rejects with a `HostSessionError` that names
 * the reason, or a `RefusedError` when the address itself cannot be used.
 */
export async function openHostConnection(address: HostAddress, options: ConnectOptions): Promise<HostConnection> {
  const privateKey = await readPrivateKey(address);
  const hostKey = readPinnedHostKey(address);
  // Our own socket, because ssh2 cannot destroy one that it has begun to close.
  const socket = connect({ host: address.host, port: address.port, noDelay: true });
  const connection = new HostConnection(socket, options.connectTimeoutMs);
  let hostKeyRefused = false;
  let tcpConnected = false;
  socket.once('connect', () => {
    tcpConnected = true;
  });
  const config: ssh2.ConnectConfig = {
    sock: socket,
    username: address.user,
    privateKey,
    hostVerifier: (shown: Buffer) => {
      hostKeyRefused = !hostKey.matches(shown);
      return !hostKeyRefused;
    },
    algorithms: {
      serverHostKey: [...hostKey.algorithms],
      hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
      compress: ['none'],
    },
    readyTimeout: options.connectTimeoutMs,
    keepaliveInterval: options.keepaliveIntervalMs,
    keepaliveCountMax,
  };
  const stop = onAborted(options.signal, () => connection.close());
  void connection.closed.then(stop);
  if (await connection.start(config)) return connection;
  throw connectFailure({
    address,
    timeoutMs: options.connectTimeoutMs,
    error: connection.firstError,
    tcpConnected,
    hostKeyRefused,
    closedByUs: options.signal.aborted,
  });
}

/** One ssh2 client on one socket. Its errors are kept, never thrown into the process. */
export class HostConnection {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #client = new (ssh2Package().Client)();
  readonly #socket: Socket;
  readonly #channelTimeoutMs: number;
  #firstError: Error | undefined;
  #end: string | undefined;

  constructor(socket: Socket, channelTimeoutMs: number) {
    this.#socket = socket;
    this.#channelTimeoutMs = channelTimeoutMs;
    this.#client.on('error', (error) => this.#onError(error));
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.closed = promise;
    socket.on('error', (error) => this.#onError(error));
    socket.on('close', () => {
      this.#end ??= `the connection ended (${this.#firstError?.message ?? 'closed by the host'})`;
      resolve(undefined);
    });
  }

  get firstError(): Error | undefined {
    return this.#firstError;
  }

  /** Connects; answers whether the connection became ready. A connection that did not is ended. */
  async start(config: ssh2.ConnectConfig): Promise<boolean> {
    const { promise: ready, resolve } = Promise.withResolvers<boolean>();
    this.#client.once('ready', () => resolve(true));
    this.#client.once('error', () => resolve(false));
    this.#client.once('close', () => resolve(false));
    try {
      this.#client.connect(config);
    } catch (error) {
      // ssh2 throws for a key that it cannot read; its message does not hold the key.
      this.#onError(Object.assign(asError(error), { level: 'client-authentication' }));
      resolve(false);
    }
    const isReady = await ready;
    if (!isReady) this.#socket.destroy();
    return isReady;
  }

  /**
   * Runs a command. A host that has no channel free is asked again, with growing pauses, for as long as opening a
   * connection may take, or until the deadline.
   * Rejects with SSH_CONNECTION_LOST only while the command was certainly not sent.
   */
  async exec(toSend: CommandToSend): Promise<ExecResult> {
    const sent: SentCommand = { ...toSend, connectionEnd: () => this.#end };
    const givenUpAtMs = performance.now() + this.#channelTimeoutMs;
    for (let waitMs = channelWaitMs.first; ; waitMs = Math.min(2 * waitMs, channelWaitMs.max)) {
      const result = await this.#tryExec(sent);
      if (result !== undefined) return result;
      await pause(waitMs, sent.deadline.signal);
      const isOver = performance.now() >= givenUpAtMs;
      if (isOver || sent.deadline.givenUp() !== undefined) throw channelsExhausted(sent);
    }
  }

  /** Ends the connection; commands on it end without an exit status. Safe twice. */
  close(): void {
    this.#end ??= 'the connection was closed on our side';
    this.#client.end();
    this.#socket.destroy();
  }

  #onError(error: Error): void {
    this.#firstError ??= error;
  }

  /** Undefined when the host had no channel free. */
  #tryExec(sent: SentCommand): Promise<ExecResult | undefined> {
    return new Promise((resolve, reject) => {
      // ssh2 sends the command as soon as the channel opens, so from here on it may run.
      const stop = onAborted(sent.deadline.signal, () => {
        reject(gaveUp(sent, { while: 'while its channel was being opened.', mayHaveRun: true }));
      });
      const onChannel = (error: Error | undefined, channel: ClientChannel): void => {
        stop();
        if (error !== undefined) this.#onNoChannel(error, sent, { resolve, reject });
        else if (sent.deadline.signal.aborted) terminate(channel);
        else resolve(followCommand(channel, sent));
      };
      try {
        this.#client.exec(sent.command.text, onChannel);
      } catch (error) {
        stop();
        reject(this.#lostBeforeSent(sent, asError(error)));
      }
    });
  }

  #onNoChannel(
    error: Error,
    sent: SentCommand,
    settle: { resolve: (none: undefined) => void; reject: (error: Error) => void },
  ): void {
    if ('reason' in error) settle.resolve(undefined);
    else if (error.message === 'No response from server') settle.reject(this.#lostBeforeSent(sent, error));
    else settle.reject(notAccepted(sent));
  }

  #lostBeforeSent(sent: SentCommand, error: Error): HostSessionError {
    return new HostSessionError('SSH_CONNECTION_LOST', {
      hostId: sent.hostId,
      message: `The connection to host ${String(sent.hostId)} was lost before a command was sent: ${error.message}`,
      mayHaveRun: false,
      details: { command: shortCommand(sent.command) },
    });
  }
}

function notAccepted(sent: SentCommand): CommandOutcomeUnknownError {
  const why = sent.connectionEnd() ?? 'the host refused it or closed its channel';
  return new CommandOutcomeUnknownError({
    hostId: sent.hostId,
    message: `A command was sent to host ${String(sent.hostId)}, which did not confirm it: ${why}. It may have run.`,
    details: { command: shortCommand(sent.command) },
  });
}

function channelsExhausted(sent: SentCommand): HostSessionError {
  if (sent.deadline.givenUp() === 'ABORTED') {
    return gaveUp(sent, { while: 'while the host had no channel free.', mayHaveRun: false });
  }
  return new HostSessionError('SSH_CHANNELS_EXHAUSTED', {
    hostId: sent.hostId,
    message: `Host ${String(sent.hostId)} opened no channel for a command within ${waitedMs(sent)} ms.`,
    mayHaveRun: false,
    details: { command: shortCommand(sent.command) },
  });
}

function waitedMs({ startedAtMs }: SentCommand): string {
  return String(Math.round(performance.now() - startedAtMs));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, ms);
    const stop = onAborted(signal, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
