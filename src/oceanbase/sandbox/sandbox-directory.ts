import { mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { RefusedError } from '../../errors/index.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { hostPaths, sandboxPaths } from './layout.ts';
import { askOnce, type SocketAddress } from './line-socket.ts';
import type { SandboxAccess } from './sandbox-access.ts';

/** What D/sandbox.json holds. */
export interface SandboxRecord {
  readonly state: 'running' | 'ended';
  readonly sandboxId: string;
  readonly token: string;
  readonly owner: SocketAddress;
  readonly pid: number;
  /** Undefined while it is being started. */
  readonly access?: SandboxAccess;
}

/** What there is in a directory. `lost`: a sandbox whose owner ended without ending it. */
export type DirectoryState =
  | { readonly kind: 'free' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'running' | 'lost' | 'ended'; readonly record: SandboxRecord };

const ownerTimeoutMs = 2_000;

/** Looks at a directory; asks the owner of a sandbox in it whether it lives. Throws on a broken sandbox.json. */
export async function inspectDirectory(dir: string): Promise<DirectoryState> {
  const record = readJsonFile(sandboxPaths(dir).accessFile) as SandboxRecord | undefined;
  if (!record) return { kind: isEmpty(dir) ? 'free' : 'foreign' };
  if (record.state === 'ended') return { kind: 'ended', record };
  return { kind: (await ownerLives(record)) ? 'running' : 'lost', record };
}

/** Refuses, changing nothing, unless a sandbox may be started in the directory. */
export async function refuseOccupied(dir: string): Promise<void> {
  const state = await inspectDirectory(dir);
  if (state.kind === 'free' || state.kind === 'ended') return;
  throw refusals[state.kind](dir);
}

/** Makes the directory ready for a new sandbox and returns its real path; what an ended sandbox left goes. */
export async function claimDirectory(dir: string): Promise<string> {
  await refuseOccupied(dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  removeRemains(dir);
  const paths = sandboxPaths(dir);
  rmSync(paths.hostsDir, { recursive: true, force: true });
  for (const file of [paths.sqlLog, paths.accessFile]) rmSync(file, { force: true });
  return realpathSync(dir);
}

/** Writes sandbox.json. */
export function recordSandbox(dir: string, record: SandboxRecord): void {
  writeJsonFile(sandboxPaths(dir).accessFile, record);
}

/** Removes everything of an ended sandbox but its logs and sandbox.json. */
export function removeRemains(dir: string): void {
  const paths = sandboxPaths(dir);
  for (const path of [paths.packagesDir, paths.keyFile, paths.knownHostsFile, paths.passwordFile, paths.ownerFifo]) {
    rmSync(path, { recursive: true, force: true });
  }
  for (const id of hostIdsIn(paths.hostsDir)) {
    const host = hostPaths(dir, id);
    for (const path of [host.rootPath, host.binPath, host.configFile, host.hostKeyFile]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** Whether the process behind a record lives and is the sandbox's owner, not only some process of that number. */
async function ownerLives({ owner, token }: SandboxRecord): Promise<boolean> {
  try {
    const reply = await askOnce({ ...owner, timeoutMs: ownerTimeoutMs, message: { op: 'watch', token } });
    return reply['ok'] === true;
  } catch {
    return false;
  }
}

const refusals = {
  running: (dir: string) =>
    new RefusedError('SANDBOX_RUNNING', `Sandbox in ${dir}`, [
      {
        code: 'SANDBOX_RUNNING',
        message: 'a sandbox runs there already',
        next: `End it: precede sandbox down --dir ${dir}`,
      },
    ]),
  lost: (dir: string) =>
    new RefusedError('SANDBOX_LOST', `Sandbox in ${dir}`, [
      {
        code: 'SANDBOX_LOST',
        message: 'a sandbox was started there whose owner is gone',
        next: `Clear it away: precede sandbox down --dir ${dir}`,
      },
    ]),
  foreign: (dir: string) =>
    new RefusedError('DIRECTORY_NOT_EMPTY', `Sandbox in ${dir}`, [
      {
        code: 'DIRECTORY_NOT_EMPTY',
        message: 'the directory holds something else',
        next: 'Name a directory that is empty or does not exist.',
      },
    ]),
};

/** The keeper's log is there before the sandbox is, and when it could not start. */
function isEmpty(dir: string): boolean {
  return namesIn(dir).every((name) => name === basename(sandboxPaths(dir).keeperLog));
}

function hostIdsIn(hostsDir: string): number[] {
  return namesIn(hostsDir)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
