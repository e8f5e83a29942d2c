import { timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { AuthContext, Connection, ServerChannel, Session } from 'ssh2';
import { faultOf, type HeldFault } from '../faults.ts';
import { listen } from '../line-socket.ts';
import { runCommand, type CommandSetting, type RunningCommand } from './running-command.ts';
import { ssh2Package } from '../../wire-packages.ts';

/** What an SSH server of a host is made of. */
export interface SshServerOptions {
  readonly host: string;
  readonly port: number;
  readonly hostPrivateKey: string;
  /** The one key that may log in, as the one user. */
  readonly user: string;
  readonly authorizedKey: string;
  readonly faults: readonly HeldFault[];
  readonly command: CommandSetting;
}

/** A listening SSH server. */
export interface SshServer {
  readonly port: number;
  /** Cuts every connection at once, without a goodbye. */
  cut(): void;
  /** Stops listening and cuts every connection. Safe twice. */
  close(): Promise<void>;
}

/** What the connections of one server share. */
interface Served {
  readonly options: SshServerOptions;
  readonly delays: Set<NodeJS.Timeout>;
  commandCount: number;
  cut(): void;
}

/** As many as sshd allows unless told otherwise. */
const sessionsMax = 10;
const slowMs = 2_000;
/** Long enough for the client to hear that the command was accepted. */
const cutAfterMs = 20;

/** Starts an SSH server on exactly this address. Rejects with the system's error when the port is taken. */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const served: Served = { options, delays: new Set(), commandCount: 0, cut };
  const ssh = new (ssh2Package().Server)({ hostKeys: [options.hostPrivateKey], ident: 'Precede_stand-in' });
  ssh.on('connection', (connection) => {
    serveConnection(connection, served);
  });
  // A listener of our own hands the sockets in: only so can a connection be cut as a broken network cuts it.
  const listener = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (faultOf(options.faults, 'ssh-silent')) socket.on('error', () => undefined).resume();
    else ssh.injectSocket(socket);
  });
  const port = faultOf(options.faults, 'ssh-refused') ? options.port : await listen(listener, options);
  return {
    port,
    cut,
    close: () =>
      new Promise((resolve) => {
        for (const delay of served.delays) clearTimeout(delay);
        listener.close(() => {
          resolve();
        });
        cut();
      }),
  };
}

function serveConnection(connection: Connection, served: Served): void {
  const openSessions = new Set<Session>();
  const allowed = faultOf(served.options.faults, 'ssh-channels') ? 0 : sessionsMax;
  // Clients come and go as they like; a broken connection is their affair.
  connection.on('error', () => undefined);
  connection.on('authentication', (context) => {
    authenticate(context, served.options);
  });
  connection.on('session', (accept, reject) => {
    if (openSessions.size >= allowed) {
      reject();
      return;
    }
    const session = accept();
    openSessions.add(session);
    session.on('close', () => openSessions.delete(session));
    serveSession(session, served);
  });
}

function authenticate(context: AuthContext, { user, authorizedKey }: SshServerOptions): void {
  if (context.method !== 'publickey' || context.username !== user) {
    context.reject(['publickey']);
    return;
  }
  const allowed = ssh2Package().utils.parseKey(authorizedKey);
  if (allowed instanceof Error || !sameBytes(allowed.getPublicSSH(), context.key.data)) {
    context.reject(['publickey']);
    return;
  }
  const { signature, blob, hashAlgo } = context;
  // Without a signature the client only asks whether this key would do.
  if (!signature || !blob || allowed.verify(blob, signature, hashAlgo)) context.accept();
  else context.reject(['publickey']);
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function serveSession(session: Session, served: Served): void {
  let running: RunningCommand | undefined;
  const start = (text: string | undefined, channel: ServerChannel): void => {
    afterDelay(served, () => {
      running = startCommand(text, channel, served);
    });
  };
  session.on('env', (accept) => {
    (accept as (() => void) | undefined)?.();
  });
  session.on('signal', (accept, _reject, info) => {
    (accept as (() => void) | undefined)?.();
    running?.signal(signalName(info.name));
  });
  session.once('exec', (accept, _reject, info) => {
    start(info.command, accept());
  });
  session.once('shell', (accept) => {
    start(undefined, accept());
  });
}

function startCommand(text: string | undefined, channel: ServerChannel, served: Served): RunningCommand {
  const command = runCommand(text, channel, served.options.command);
  served.commandCount += 1;
  if (faultOf(served.options.faults, 'ssh-drop')?.parameter === served.commandCount) {
    command.withhold();
    served.delays.add(setTimeout(() => served.cut(), cutAfterMs));
  }
  return command;
}

function afterDelay({ options, delays }: Served, start: () => void): void {
  const slow = faultOf(options.faults, 'slow');
  if (!slow) {
    start();
    return;
  }
  const delay = setTimeout(() => {
    delays.delete(delay);
    start();
  }, slow.parameter ?? slowMs);
  delays.add(delay);
}

function signalName(name: string): NodeJS.Signals {
  return (name.startsWith('SIG') ? name : `SIG${name}`) as NodeJS.Signals;
}
