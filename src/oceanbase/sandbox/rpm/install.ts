import { chmodSync, mkdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { PrecedeError } from '../../../errors/index.ts';
import type { InstalledFile, InstalledPackage } from './package-database.ts';
import { fullName, sha256, type PackageContent } from './package-file.ts';

/** The host as far as installing depends on it. */
export interface InstallTarget {
  /** What the host takes for `/`; nothing is ever written outside. */
  readonly rootPath: string;
  /** Fails in the middle as if the disk were full. */
  readonly diskFull: boolean;
}

/**
 * Writes the files of a package below `prefix` (absolute, or the package's own on the host's root) and returns the
 * row that the package database should get. Throws `INSTALL_FAILED` with the words of `rpm`, and then leaves no file.
 */
export function installFiles(
  content: PackageContent,
  prefix: string | undefined,
  target: InstallTarget,
): InstalledPackage {
  const directory = resolve(prefix ?? join(target.rootPath, content.prefix));
  if (relative(target.rootPath, directory).split(sep)[0] === '..') {
    throw failed(`--prefix ${directory}: outside of this stand-in host, whose root is ${target.rootPath}`);
  }
  const written: InstalledFile[] = [];
  try {
    for (const [index, file] of content.files.entries()) {
      const path = join(directory, file.path);
      if (target.diskFull && index === Math.floor(content.files.length / 2)) throw diskIsFull(path, content);
      written.push(writeFile(path, file.mode, file.content));
    }
  } catch (error) {
    removeFiles(written, directory);
    if (error instanceof PrecedeError) throw error;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw failed(`unpacking of archive failed: cpio: ${reason}\nerror: ${fullName(content)}: install failed`);
  }
  const { name, version, release, architecture, summary } = content;
  const installedAt = new Date().toISOString();
  return { name, version, release, architecture, summary, prefix: directory, installedAt, files: written };
}

/** Removes a package's files, and its directories where nothing else is left in them. */
export function removeFiles(files: readonly InstalledFile[], prefix: string): void {
  const directories = new Set([prefix]);
  for (const { path } of files) {
    rmSync(path, { force: true });
    directories.add(dirname(path));
  }
  const deepestFirst = [...directories].sort((one, other) => other.length - one.length);
  for (const directory of deepestFirst) removeIfEmpty(directory);
}

/** What differs from what was installed, a line a file as `rpm -V` prints it. */
export function verifyFiles(row: InstalledPackage): string[] {
  return row.files.flatMap((file) => {
    const difference = differenceOf(file);
    return difference === undefined ? [] : [difference];
  });
}

function differenceOf(file: InstalledFile): string | undefined {
  let mode: number;
  let bytes: Buffer;
  try {
    mode = statSync(file.path).mode & 0o777;
    bytes = readFileSync(file.path);
  } catch {
    return `missing     ${file.path}`;
  }
  const flags = [
    bytes.length === file.size ? '.' : 'S',
    mode === file.mode ? '.' : 'M',
    sha256(bytes) === file.sha256 ? '.' : '5',
  ].join('');
  return flags === '...' ? undefined : `${flags}......    ${file.path}`;
}

function writeFile(path: string, mode: number, content: string): InstalledFile {
  mkdirSync(dirname(path), { recursive: true });
  // As rpm does: a new name first, so that a reader never sees half a file.
  const temporary = `${path};${process.pid.toString(16)}`;
  writeFileSync(temporary, content);
  chmodSync(temporary, mode);
  renameSync(temporary, path);
  return { path, mode, size: Buffer.byteLength(content), sha256: sha256(content) };
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Not empty, or gone already: rpm leaves it as it is too.
  }
}

function diskIsFull(path: string, content: PackageContent): PrecedeError {
  const file = `${path};${process.pid.toString(16)}`;
  return failed(
    `unpacking of archive failed on file ${file}: cpio: write failed - No space left on device\n` +
      `error: ${fullName(content)}: install failed`,
  );
}

function failed(message: string): PrecedeError {
  return new PrecedeError('INSTALL_FAILED', { message });
}
