import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PrecedeError, type SerializedError } from '../../errors/index.ts';
import { sandboxPaths } from './layout.ts';
import { askOnce } from './line-socket.ts';
import { sweepProcesses } from './process-sweep.ts';
import { nodeArguments, programPath } from './program.ts';
import type { SandboxAccess } from './sandbox-access.ts';
import {
  inspectDirectory,
  recordSandbox,
  refuseOccupied,
  removeRemains,
  type SandboxRecord,
} from './sandbox-directory.ts';
import { refuseBadOptions, type SandboxOptions } from './sandbox-options.ts';

/** What a sandbox that runs in a process of its own is started with: its directory must be named. */
export type LaunchOptions = SandboxOptions & { readonly dir: string };

/**
 * How it stands with a sandbox in a directory. `none`: there is none. `starting`: it is on its way up. `lost`: its owner
 * is gone without having ended it. `ended`: its logs are still there.
 */
export type SandboxStatus =
  | { readonly state: 'none' | 'starting' | 'lost' | 'ended' }
  | { readonly state: 'running'; readonly access: SandboxAccess };

/** What a keeper tells the process that launched it. */
export type KeeperReport = { readonly ready: true } | { readonly failed: SerializedError };

const readyTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;
const stopPollMs = 20;
const goneTimeoutMs = 2_000;

/**
 * Starts a sandbox in a process of its own, which outlives this one, and resolves with how to reach it. Refuses with
 * `SANDBOX_RUNNING`, `SANDBOX_LOST`, `DIRECTORY_NOT_EMPTY`, `INVALID_SANDBOX` or `INVALID_FAULT`; fails with
 * `SANDBOX_NOT_STARTED` when it does not come up within 30 s.
 */
export async function launchSandbox(options: LaunchOptions): Promise<SandboxAccess> {
  refuseBadOptions(options);
  const dir = resolve(options.dir);
  await refuseOccupied(dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const report = await spawnKeeper({ ...options, dir });
  if ('failed' in report) {
    const { message, next, details } = report.failed;
    throw new PrecedeError('SANDBOX_NOT_STARTED', {
      message: `The sandbox in ${dir} did not start: ${message}`,
      next,
      details,
    });
  }
  const status = await readSandbox(dir);
  if (status.state === 'running') return status.access;
  throw new PrecedeError('SANDBOX_NOT_STARTED', { message: `The sandbox in ${dir} ended right after its start.` });
}

/** Looks at the sandbox in a directory. Changes nothing. */
export async function readSandbox(dir: string): Promise<SandboxStatus> {
  const state = await inspectDirectory(resolve(dir));
  if (state.kind === 'free' || state.kind === 'foreign') return { state: 'none' };
  if (state.kind !== 'running') return { state: state.kind };
  const { access } = state.record;
  return access ? { state: 'running', access } : { state: 'starting' };
}

/**
 * Ends the sandbox in a directory, also one whose owner is gone, and waits until its processes are. Its logs stay.
 * Resolves with whether there was anything to end: safe twice. Fails with `SANDBOX_NOT_ENDED`.
 */
export async function stopSandbox(dir: string): Promise<boolean> {
  const absolute = resolve(dir);
  const state = await inspectDirectory(absolute);
  if (state.kind === 'running') await askOwnerToStop(absolute, state.record);
  if (state.kind === 'lost') await clearLost(absolute, state.record);
  return state.kind === 'running' || state.kind === 'lost';
}

async function askOwnerToStop(dir: string, { owner, token, pid }: SandboxRecord): Promise<void> {
  const message = { op: 'stop', token };
  await askOnce({ ...owner, timeoutMs: stopTimeoutMs, message });
  const deadlineMs = performance.now() + stopTimeoutMs;
  while (performance.now() < deadlineMs) {
    const { kind } = await inspectDirectory(dir);
    if (kind === 'lost') await clearLostIn(dir);
    if (kind !== 'running') {
      await keeperGone(pid);
      return;
    }
    await delay(stopPollMs);
  }
  throw notEnded(dir);
}

/** A keeper ends right after its sandbox; a program that started the sandbox itself goes on and is not waited for long. */
async function keeperGone(pid: number): Promise<void> {
  if (pid === process.pid) return;
  const deadlineMs = performance.now() + goneTimeoutMs;
  while (isAlive(pid) && performance.now() < deadlineMs) await delay(stopPollMs);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The owner ended between being asked and being done. */
async function clearLostIn(dir: string): Promise<void> {
  const state = await inspectDirectory(dir);
  if (state.kind === 'lost') await clearLost(dir, state.record);
}

async function clearLost(dir: string, record: SandboxRecord): Promise<void> {
  if (!(await sweepProcesses(record.sandboxId))) throw notEnded(dir);
  removeRemains(dir);
  recordSandbox(dir, { ...record, state: 'ended' });
}

function notEnded(dir: string): PrecedeError<'SANDBOX_NOT_ENDED'> {
  return new PrecedeError('SANDBOX_NOT_ENDED', {
    message: `The sandbox in ${dir} did not end within ${stopTimeoutMs} ms.`,
    next: 'Look for its processes and end them.',
  });
}

async function spawnKeeper(options: LaunchOptions): Promise<KeeperReport> {
  const log = openSync(sandboxPaths(options.dir).keeperLog, 'a', 0o600);
  const keeper = spawn(process.execPath, [...nodeArguments, programPath('keeper-program'), JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const { promise, resolve: settle } = Promise.withResolvers<KeeperReport>();
  const fail = (message: string): void => {
    settle({ failed: { code: 'SANDBOX_NOT_STARTED', message } });
  };
  keeper.once('message', (report) => {
    settle(report as KeeperReport);
  });
  keeper.once('error', (error) => {
    fail(error.message);
  });
  keeper.once('exit', (status) => {
    fail(`its process ended with status ${status}; see ${sandboxPaths(options.dir).keeperLog}`);
  });
  const timer = setTimeout(fail, readyTimeoutMs, `it was not ready within ${readyTimeoutMs} ms`);
  const report = await promise;
  clearTimeout(timer);
  if ('failed' in report) keeper.kill('SIGKILL');
  if (keeper.connected) keeper.disconnect();
  keeper.unref();
  return report;
}
