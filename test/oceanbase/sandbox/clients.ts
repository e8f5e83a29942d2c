import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import {
  startSandbox,
  type Sandbox,
  type SandboxHost,
  type SandboxOptions,
} from '../../../src/oceanbase/sandbox/index.ts';
import { atEnd } from '../support/cleanups.ts';

/** How a command ended as an outside client saw it. `closed` only: the outcome is not known. */
export interface Executed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null | undefined;
  readonly signal: string | undefined;
}

/** Starts a sandbox that ends with the test. */
export async function sandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const started = await startSandbox(options);
  atEnd(() => started.stop());
  return started;
}

/** A client of a host, its key pinned, gone with the test. */
export async function login(host: SandboxHost | undefined, change: object = {}): Promise<Client> {
  if (!host) throw new Error('the sandbox has no such host');
  const client = new ssh2.Client();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  client.once('ready', () => resolve(undefined));
  client.on('error', reject);
  // Before the handshake: Nagle's algorithm would make it 40 times slower.
  client.once('connect', () => client.setNoDelay(true));
  atEnd(async () => client.destroy());
  client.connect({
    host: host.ssh.host,
    port: host.ssh.port,
    username: host.ssh.user,
    privateKey: readFileSync(host.ssh.keyFile),
    hostVerifier: (key: Buffer) => key.toString('base64') === host.ssh.hostKey.split(' ')[1],
    ...change,
  });
  await promise;
  return client;
}

/** Opens a channel for a command. */
export function open(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** Runs a command to its end, whatever that is. */
export function execute(client: Client, command: string, stdin = ''): Promise<Executed> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      // Listening begins here and not a turn later: the exit status may stand in the very packet that opened the channel.
      resolve(ended(channel));
      channel.end(stdin);
    });
  });
}

/** What comes out of a channel until it closes. */
export function ended(channel: ClientChannel): Promise<Executed> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let code: number | null | undefined;
  let signal: string | undefined;
  channel.on('data', (chunk: Buffer) => stdout.push(chunk));
  channel.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  channel.on('exit', (status: number | null, name?: string) => {
    code = status;
    signal = name;
  });
  return new Promise((resolve) => {
    channel.once('close', () => {
      resolve({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code, signal });
    });
  });
}

/** A client of the root server, or of the SQL port of a host. */
export async function database(
  { access }: Pick<Sandbox, 'access'>,
  host?: SandboxHost,
  password?: string,
): Promise<Connection> {
  const connection = await mysql.createConnection({
    host: host?.ip ?? access.sql.host,
    port: host?.sqlPort ?? access.sql.port,
    user: access.sql.user,
    password: password ?? readFileSync(access.sql.passwordFile, 'utf8'),
  });
  atEnd(async () => connection.destroy());
  return connection;
}

/** The rows of a SELECT as plain objects. */
export async function rows(connection: Connection, sql: string): Promise<Record<string, unknown>[]> {
  const [found] = await connection.query<RowDataPacket[]>(sql);
  return found.map((row) => ({ ...row }));
}

/** The error number with which a statement is refused; undefined when it is not. */
export async function errno(connection: Connection, sql: string): Promise<number | undefined> {
  try {
    await connection.query(sql);
    return undefined;
  } catch (error) {
    return (error as { errno?: number }).errno;
  }
}

/** Asks again and again until the answer is what is waited for, at most 15 s. */
export async function until<T>(ask: () => T | Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + 15_000;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (performance.now() > deadlineMs) throw new Error(`not in time; last seen: ${JSON.stringify(answer)}`);
    await delay(10);
  }
}

/** Whether a process of that number lives. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
