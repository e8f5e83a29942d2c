import { spawn } from 'node:child_process';
import type { HostConfig } from '../host-config.ts';
import { askOnce } from '../line-socket.ts';
import { nodeArguments, programPath } from '../program.ts';

/** First argument of an observer that is to stay a process of its own and to report to the one that started it. */
export const daemonMark = '--stand-in-daemon';

/** Set for the members' first start: they belong to the cluster already and serve without delay. */
export const atOnceVariable = 'PRECEDE_SANDBOX_AT_ONCE';

/** What a daemon is started with. */
export interface DaemonStart {
  /** The path of bin/observer. */
  readonly launcher: string;
  /** The observer's flags. */
  readonly args: readonly string[];
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const startTimeoutMs = 30_000;

/**
 * Lets the sandbox's owner start the daemon, and so be its parent: in a container whose first process collects no
 * orphans, a killed observer would otherwise stay as a zombie that `kill -0` takes for alive.
 */
export async function startDaemonByOwner(start: DaemonStart, { owner, token }: HostConfig): Promise<number> {
  const message = { token, op: 'start-observer', start };
  const { status } = await askOnce({ ...owner, timeoutMs: startTimeoutMs, message });
  return typeof status === 'number' ? status : 1;
}

/** Starts an observer as a process of its own. Resolves with 0 when it serves, else with the status it ended with. */
export async function startDaemon({ launcher, args, home, env }: DaemonStart): Promise<number> {
  const command = [...nodeArguments, programPath('observer-program'), launcher, daemonMark, ...args];
  const daemon = spawn(process.execPath, command, {
    cwd: home,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  daemon.once('message', () => {
    resolve(0);
  });
  daemon.once('exit', (status) => {
    resolve(status ?? 1);
  });
  daemon.once('error', () => {
    resolve(1);
  });
  const status = await promise;
  if (daemon.connected) daemon.disconnect();
  daemon.unref();
  return status;
}
