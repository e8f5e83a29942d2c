import { spawn } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { Connection, ServerChannel, Session } from 'ssh2';
import type { HostAddress } from '../../../src/oceanbase/host/host-address.ts';

/** What the test wants to do with a command instead of running it with sh. */
export type OnCommand = (
  command: string,
  channel: ServerChannel,
  around: { connection: Connection; socket: Socket; session: Session },
) => void;

export interface SshFixture {
  readonly address: HostAddress;
  /** Commands in the order in which the server accepted them. */
  readonly commands: string[];
  /** Signal requests, as `TERM`. */
  readonly signals: string[];
  readonly sockets: Set<Socket>;
  readonly connectionsSeen: () => number;
  readonly channelsOpen: () => number;
  readonly channelsOpenMax: () => number;
  close(): Promise<void>;
}

export interface SshFixtureOptions {
  readonly onCommand?: OnCommand;
  /** More channels at once are refused, as sshd does by MaxSessions. */
  readonly channelsMax?: number;
  /** Asked when a channel is to be opened: true destroys the connection instead. */
  readonly cutsOpening?: (seen: { commands: number; connections: number }) => boolean;
  /** Refuses every command on a channel that it opened. */
  readonly refuseExec?: boolean;
  readonly hostKey?: ReturnType<typeof ssh2.utils.generateKeyPairSync>;
}

/** ssh2 drops a leading zero of the public key, so that 1 key of about 256 cannot be read: those are made again. */
export function ed25519(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  let pair = ssh2.utils.generateKeyPairSync('ed25519');
  while (ssh2.utils.parseKey(pair.public) instanceof Error) pair = ssh2.utils.generateKeyPairSync('ed25519');
  return pair;
}

export function ecdsa(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  return ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
}

const defaultHostKey = ed25519();
const userKey = ed25519();

/** A real SSH server on loopback that runs what it gets with sh, unless the test takes the command over. */
export async function startSshServer(options: SshFixtureOptions = {}): Promise<SshFixture> {
  const { onCommand = runWithShell, channelsMax = Infinity, hostKey = defaultHostKey } = options;
  const commands: string[] = [];
  const signals: string[] = [];
  const sockets = new Set<Socket>();
  let connectionsSeen = 0;
  let channelsOpen = 0;
  let channelsOpenMax = 0;
  const onSession = (connection: Connection, socket: Socket) => (accept: () => Session, reject: () => void) => {
    if (options.cutsOpening?.({ commands: commands.length, connections: connectionsSeen })) {
      socket.destroy();
      return;
    }
    if (channelsOpen >= channelsMax) {
      reject();
      return;
    }
    channelsOpen += 1;
    channelsOpenMax = Math.max(channelsOpenMax, channelsOpen);
    const session = accept();
    session.once('close', () => (channelsOpen -= 1));
    session.on('exec', (acceptExec: () => ServerChannel, rejectExec: () => void, info: { command: string }) => {
      if (options.refuseExec === true) {
        rejectExec();
        return;
      }
      commands.push(info.command);
      const channel = acceptExec();
      channel.on('error', () => {});
      onCommand(info.command, channel, { connection, socket, session });
    });
  };
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connectionsSeen += 1;
    const socket = Reflect.get(connection, '_sock') as Socket;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    recordSignals(connection, signals);
    connection.on('error', () => {});
    connection.on('authentication', (context) => {
      if (isUser(context)) context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', onSession(connection, socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: { id: 1, host: '127.0.0.1', port, user: 'admin', privateKey: userKey.private, hostKey: hostKey.public },
    commands,
    signals,
    sockets,
    connectionsSeen: () => connectionsSeen,
    channelsOpen: () => channelsOpen,
    channelsOpenMax: () => channelsOpenMax,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** ssh2's Server hides signal requests once a command runs, so they are read where it hides them. */
function recordSignals(connection: Connection, signals: string[]): void {
  const protocol = Reflect.get(connection, '_protocol') as { _handlers: { CHANNEL_REQUEST: ChannelRequest } };
  const inner = protocol._handlers.CHANNEL_REQUEST;
  protocol._handlers.CHANNEL_REQUEST = (...request) => {
    const [, , type, , data] = request;
    if (type === 'signal') signals.push(String(data));
    inner(...request);
  };
}

type ChannelRequest = (
  ...request: [protocol: unknown, id: number, type: string, wantReply: boolean, data: unknown]
) => void;

function isUser(context: ssh2.AuthContext): boolean {
  if (context.method !== 'publickey') return false;
  const allowed = ssh2.utils.parseKey(userKey.public);
  if (allowed instanceof Error) throw allowed;
  const expected = allowed.getPublicSSH();
  if (context.key.data.length !== expected.length || !timingSafeEqual(context.key.data, expected)) return false;
  return context.signature === undefined || allowed.verify(context.blob ?? Buffer.alloc(0), context.signature);
}

/** Really runs the command; its process ends with the channel. */
const runWithShell: OnCommand = (command, channel, { session }) => {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const kill = (): void => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    process.kill(-child.pid, 'SIGKILL');
  };
  session.once('close', kill);
  child.stdin.on('error', () => {});
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.once('close', (status, signal) => {
    if (status === null) channel.exit((signal ?? 'SIGKILL').slice(3));
    else channel.exit(status);
    channel.end();
  });
};
