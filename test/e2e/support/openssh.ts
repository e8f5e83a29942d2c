import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Debian's SSH server. */
const program = '/usr/sbin/sshd';

const attemptsMax = 200;

/** Why no real SSH server can be started here; undefined when one can. */
export function missingSshd(): string | undefined {
  return existsSync(program)
    ? undefined
    : `${program} is not there: apt-get install --yes --no-install-recommends openssh-server`;
}

/** A user of this machine who may log in by key. */
export interface LoginUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Takes the user away again, if it was made, once its last process has ended. Safe twice. */
  remove(): Promise<void>;
}

/**
 * A user of its own, without a password and with this home, when this process may make one and the user can read this
 * checkout; else the user of this process. (Root's own login scripts would make every command slow.)
 */
export async function loginUser(home: string, readable: string): Promise<LoginUser> {
  const self = userInfo();
  const asSelf = { name: self.username, uid: self.uid, gid: self.gid, remove: async () => {} };
  if (self.uid !== 0) return asSelf;
  const name = `precede-e2e-${process.pid}`;
  execFileSync('useradd', ['-M', '-s', '/bin/sh', '-d', home, '-p', '*', name], { stdio: 'pipe' });
  let isThere = true;
  const remove = async (): Promise<void> => {
    if (!isThere) return;
    isThere = false;
    await removeUser(name);
  };
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  const user = { name, uid: idOf('-u'), gid: idOf('-g'), remove };
  if (mayRead(user, readable)) return user;
  await remove();
  return asSelf;
}

async function removeUser(name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      execFileSync('userdel', [name], { stdio: 'pipe' });
      return;
    } catch (error) {
      // What the user's last command started takes a moment to end.
      if (attempt === attemptsMax) throw error;
      await delay(20);
    }
  }
}

function mayRead({ uid, gid }: LoginUser, file: string): boolean {
  try {
    execFileSync(process.execPath, ['-e', `require('node:fs').accessSync(${JSON.stringify(file)})`], {
      uid,
      gid,
      cwd: '/',
      stdio: 'pipe',
      env: {},
    });
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** A running sshd. */
export interface Sshd {
  readonly port: number;
  /** Its public key in one line. */
  readonly hostKey: string;
  /** A private key that may log in, mode 600. */
  readonly keyFile: string;
  /** What it has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Where its files go; an existing directory that the user can reach. */
  readonly dir: string;
  readonly user: LoginUser;
  /** Where commands start. */
  readonly home: string;
  /** What the host has on its PATH before the system's programs. */
  readonly bin: string;
}

/** Starts Debian's sshd on a free port of 127.0.0.1, with its own configuration, host key and one authorized key. */
export async function startSshd({ dir, user, home, bin }: SshdOptions): Promise<Sshd> {
  const at = (name: string): string => join(dir, name);
  for (const name of ['host_key', 'login_key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  }
  writeFileSync(at('authorized_keys'), readFileSync(at('login_key.pub')));
  chmodSync(at('authorized_keys'), 0o644);
  const port = await freePort();
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  // The log path must be absolute: each connection is served from another directory.
  writeFileSync(at('sshd_config'), config({ at, port, user, home, bin }));
  const child = spawn(program, ['-D', '-f', at('sshd_config'), '-E', at('sshd.log')], { stdio: 'ignore' });
  await untilListening(port, child);
  const [type = '', key = ''] = readFileSync(at('host_key.pub'), 'utf8').split(' ');
  return {
    port,
    hostKey: `${type} ${key}`,
    keyFile: at('login_key'),
    log: () => readFileSync(at('sshd.log'), 'utf8'),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Gives a directory to a user, so that the user can make things in it. */
export function giveTo({ uid, gid }: LoginUser, directory: string): void {
  chmodSync(directory, 0o755);
  if (process.getuid?.() === 0) chownSync(directory, uid, gid);
}

interface ConfigParts extends Pick<SshdOptions, 'user' | 'home' | 'bin'> {
  readonly at: (name: string) => string;
  readonly port: number;
}

function config({ at, port, user, home, bin }: ConfigParts): string {
  // A user that was not made for this has another home.
  const isOwnUser = user.name.startsWith('precede-e2e-');
  return [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${at('host_key')}`,
    `PidFile ${at('sshd.pid')}`,
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    ...['StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
    ...['PermitRootLogin prohibit-password', 'MaxStartups 100', 'LogLevel VERBOSE'],
    `AllowUsers ${user.name}`,
    `SetEnv PATH=${bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    ...(isOwnUser ? [] : [`ForceCommand cd ${home} && eval "$SSH_ORIGINAL_COMMAND"`]),
    '',
  ].join('\n');
}

/** A port of 127.0.0.1 on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < attemptsMax && child.exitCode === null; attempt += 1) {
    if (await connects(port)) return;
    await delay(20);
  }
  throw new Error(`sshd did not come up (exit code ${child.exitCode ?? 'none'})`);
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
