import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { afterAll } from 'vitest';

/** The launcher, run as its users' shells run it. */
export const launcher = fileURLToPath(new URL('../../../src/cli/precede.js', import.meta.url));

/** What a process left behind. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

/** Runs `precede` as a process of its own to its end. Killed after two minutes, which fails the test that waits. */
export async function precede(args: readonly string[], options: SpawnOptions): Promise<Ended> {
  const child = spawnPrecede(args, options);
  child.stdin?.end(options.input ?? '');
  return await endOf(child);
}

/** Starts `precede` as a process of its own. */
export function spawnPrecede(args: readonly string[], { cwd, env = {} }: SpawnOptions): ChildProcess {
  const unset = { PRECEDE_STORE: undefined, PRECEDE_DEBUG: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };
  return spawn(process.execPath, [launcher, ...args], {
    cwd,
    env: { ...process.env, ...unset, ...env },
    timeout: 120_000,
  });
}

/** Resolves when a process has ended and everything that it printed has arrived. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  child.once('error', reject);
  return { status: await promise, stdout, stderr };
}

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** An empty directory that goes with the test file. */
export function emptyDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'precede-e2e-')));
  directories.push(directory);
  return directory;
}

/**
 * Everything in a directory, by relative path: a hash of each file. Of what SQLite keeps beside a database, its index of
 * the log and a log that is empty say nothing.
 */
export function contentOf(directory: string): ReadonlyMap<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashes = files.map((file): [string, string] => [file.slice(directory.length + 1), hashOf(file)]);
  return new Map(
    hashes.filter(([name, hash]) => !name.endsWith('-shm') && !(name.endsWith('-wal') && hash === emptyHash)),
  );
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

const emptyHash = createHash('sha256').digest('hex');

/** The processes of this machine whose command line holds a text. */
export function processesNaming(text: string): readonly number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => commandLine(id).includes(text) && Number(id) !== process.pid).map(Number);
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    // It has ended since the list was read.
    return '';
  }
}
