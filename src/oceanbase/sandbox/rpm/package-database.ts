import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PrecedeError } from '../../../errors/index.ts';
import { readJsonFile, writeJsonFile } from '../json-file.ts';
import { fullName, type PackageName } from './package-file.ts';

/** One row of the package database. */
export interface InstalledPackage extends PackageName {
  readonly summary: string;
  /** The absolute directory into which it was installed. */
  readonly prefix: string;
  readonly installedAt: string;
  readonly files: readonly InstalledFile[];
}

/** A file of an installed package, as it was written. */
export interface InstalledFile {
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly sha256: string;
}

/** The packages of one host: one JSON file each in a directory. */
export interface PackageDatabase {
  all(): readonly InstalledPackage[];
  /** By name, name-version-release or full name. */
  find(name: string): InstalledPackage | undefined;
  add(row: InstalledPackage): void;
  remove(row: InstalledPackage): void;
  /** Runs `change` alone. Throws `TRANSACTION_LOCKED` when another process holds the lock. */
  locked<T>(change: () => Promise<T>): Promise<T>;
}

/** Opens (and makes) the package database in `directory`. */
export function openPackageDatabase(directory: string): PackageDatabase {
  mkdirSync(directory, { recursive: true });
  const fileOf = (row: PackageName): string => join(directory, `${fullName(row)}.json`);
  const all = (): InstalledPackage[] =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => readJsonFile(join(directory, name)))
      .filter((row) => row !== undefined)
      .map((row) => row as InstalledPackage);
  return {
    all,
    find: (name) => all().find((row) => namesOf(row).includes(name)),
    add: (row) => {
      writeJsonFile(fileOf(row), row);
    },
    remove: (row) => {
      rmSync(fileOf(row), { force: true });
    },
    locked: (change) => withLock(join(directory, '.rpm.lock'), change),
  };
}

function namesOf(row: PackageName): string[] {
  return [row.name, `${row.name}-${row.version}`, `${row.name}-${row.version}-${row.release}`, fullName(row)];
}

async function withLock<T>(lockFile: string, change: () => Promise<T>): Promise<T> {
  if (!takeLock(lockFile)) {
    rmSync(deadLock(lockFile) ?? '', { force: true });
    if (!takeLock(lockFile)) {
      const message = `can't create transaction lock on ${lockFile} (Resource temporarily unavailable)`;
      throw new PrecedeError('TRANSACTION_LOCKED', { message });
    }
  }
  try {
    return await change();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function takeLock(lockFile: string): boolean {
  try {
    const descriptor = openSync(lockFile, 'wx', 0o644);
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The lock file if the process that made it is gone: it was killed in the middle. */
function deadLock(lockFile: string): string | undefined {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? lockFile : undefined;
  }
}
