import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PrecedeError } from '../../../errors/index.ts';
import type { Release } from '../release.ts';
import { standInNotice } from '../stand-in-notice.ts';

/** One file that a package installs. */
export interface PackagedFile {
  /** Relative to the prefix. */
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

/** What a package is called. */
export interface PackageName {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly architecture: string;
}

/** A stand-in package: what `rpm` reads, checks and installs. */
export interface PackageContent extends PackageName {
  readonly standIn: string;
  readonly summary: string;
  /** Where it installs to unless told otherwise, on the host's own root. */
  readonly prefix: string;
  readonly files: readonly PackagedFile[];
}

/** `name-version-release.architecture`. */
export function fullName(of: PackageName): string {
  return `${of.name}-${of.version}-${of.release}.${of.architecture}`;
}

/** The architecture of this machine in the words that `uname -m` and packages use. */
export function machineArchitecture(): string {
  const words: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
  return words[arch()] ?? arch();
}

/** The stand-in of a release's package; `launcher` is the text of its bin/observer. */
export function observerPackage(release: Release, launcher: string): PackageContent {
  return {
    standIn: standInNotice,
    name: release.packageName,
    version: release.obVersion,
    release: release.packageRelease,
    architecture: machineArchitecture(),
    summary: 'Stand-in for the OceanBase database server',
    prefix: '/home/admin/oceanbase',
    files: [
      { path: 'bin/observer', mode: 0o755, content: launcher },
      { path: 'bin/STAND-IN.txt', mode: 0o644, content: `${standInNotice}\n` },
      { path: 'etc/oceanbase_upgrade_dep.yml', mode: 0o644, content: `- version: ${release.obVersion}\n` },
      ...['libaio.so.1', 'libmariadb.so.3', 'libob_sql_proxy_parser.so'].map((name) => ({
        path: `lib/${name}`,
        mode: 0o755,
        content: `${name}: ${standInNotice}\n`,
      })),
    ],
  };
}

/** Writes a package file and returns its size in bytes and its sha256 as hex. */
export function writePackageFile(path: string, content: PackageContent): { size: number; sha256: string } {
  const payload = JSON.stringify(content);
  const bytes = gzipSync(JSON.stringify({ digest: sha256(payload), payload }));
  writeFileSync(path, bytes, { mode: 0o644 });
  return { size: bytes.length, sha256: sha256(bytes) };
}

/** Reads a package file and checks its digest. Throws `PACKAGE_NOT_READ` with the words of `rpm`. */
export function readPackageFile(path: string): PackageContent {
  let payload: string;
  let digest: string;
  try {
    ({ payload, digest } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as {
      payload: string;
      digest: string;
    });
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing) throw packageGone(path);
    throw new PrecedeError('PACKAGE_NOT_READ', { message: `${path}: not an rpm package (or package manifest)`, cause });
  }
  if (sha256(payload) !== digest) throw packageDamaged(path);
  return JSON.parse(payload) as PackageContent;
}

/** What `rpm` says of a file that is not there. */
export function packageGone(path: string): PrecedeError {
  return new PrecedeError('PACKAGE_NOT_READ', { message: `open of ${path} failed: No such file or directory` });
}

/** What `rpm` says of a file whose digest is wrong. */
export function packageDamaged(path: string): PrecedeError {
  return new PrecedeError('PACKAGE_NOT_READ', { message: `${path}: digest SHA256 mismatch: BAD` });
}

/** sha256 as hex. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
