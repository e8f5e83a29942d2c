import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isOpenToOthers } from '../inventory/secret-ref.ts';
import { localPath } from './describe-fleet.ts';
import type { FieldProblem } from './field-problem.ts';
import type { PackageEntry, SecretEntry } from './inventory-schema.ts';
import type { FieldPath } from './yaml-source.ts';
import { ssh2Package } from '../wire-packages.ts';

/** How far a file's references are looked at. */
export interface ReferenceCheck {
  /** The file's absolute path. */
  readonly file: string;
  /** Whether what is missing on this machine counts too, and packages are read through. @default false */
  readonly isThorough?: boolean;
}

/** The parts of a file that point out of it. */
export interface References {
  readonly defaults?: { readonly hosts?: HostReferences | undefined } | undefined;
  readonly clusters?: readonly { readonly sql?: { readonly password?: SecretEntry } }[] | undefined;
  readonly hosts?: readonly HostReferences[] | undefined;
  readonly packages?: readonly Partial<PackageEntry>[] | undefined;
}

interface HostReferences {
  readonly ssh?: { readonly key?: SecretEntry | undefined } | undefined;
}

/**
 * What is wrong on this machine with the secrets and packages that a checked file points to. A secret's file that others
 * may read is always refused. Passwords are not read.
 */
export async function referenceProblems(entries: References, check: ReferenceCheck): Promise<readonly FieldProblem[]> {
  const secrets = secretsIn(entries).map((secret) => secretProblem(secret, check));
  const packages = (entries.packages ?? []).map((entry, index) => packageProblem(entry, ['packages', index], check));
  return (await Promise.all([...secrets, ...packages])).filter((problem) => problem !== undefined);
}

interface NamedSecret {
  readonly path: FieldPath;
  readonly secret: SecretEntry;
  readonly code: 'KEY_FILE_REFUSED' | 'SECRET_FILE_REFUSED';
}

function secretsIn({ defaults, clusters = [], hosts = [] }: References): readonly NamedSecret[] {
  const shared = defaults?.hosts?.ssh?.key;
  const keys = hosts.map(({ ssh }, index) => ({ path: ['hosts', index, 'ssh', 'key'], secret: ssh?.key }));
  const passwords = clusters.map(({ sql }, index) => ({
    path: ['clusters', index, 'sql', 'password'],
    secret: sql?.password,
  }));
  const inDefaults = { path: ['defaults', 'hosts', 'ssh', 'key'], secret: shared };
  return [
    ...[inDefaults, ...keys].map((found) => ({ ...found, code: 'KEY_FILE_REFUSED' as const })),
    ...passwords.map((found) => ({ ...found, code: 'SECRET_FILE_REFUSED' as const })),
  ].flatMap(({ secret, ...rest }) => (secret ? [{ ...rest, secret }] : []));
}

async function secretProblem(
  { path, secret, code }: NamedSecret,
  { file, isThorough = false }: ReferenceCheck,
): Promise<FieldProblem | undefined> {
  if (secret.env !== undefined) return isThorough ? unsetProblem(secret.env, path) : undefined;
  if (secret.file === undefined) return undefined;
  const reference = { place: localPath(secret.file, file), path: [...path, 'file'], code };
  const found = await stat(reference.place).catch(() => undefined);
  if (found?.isFile()) return await fileProblem(reference, { mode: found.mode, isThorough });
  if (!isThorough) return undefined;
  return { code: 'SECRET_NOT_FOUND', path: reference.path, message: `there is no file ${reference.place}` };
}

async function fileProblem(
  { place, path, code }: Pick<NamedSecret, 'path' | 'code'> & { readonly place: string },
  { mode, isThorough }: { readonly mode: number; readonly isThorough: boolean },
): Promise<FieldProblem | undefined> {
  if (isOpenToOthers(mode)) {
    const message = `${place} is open to others than its owner`;
    return { code, path, message, next: `Make it readable for this user only: chmod 600 ${place}` };
  }
  return isThorough && code === 'KEY_FILE_REFUSED' ? await keyProblem(place, path) : undefined;
}

/** ssh2 says why it cannot read a key (a passphrase, a form that it does not know) and shows nothing of it. */
async function keyProblem(place: string, path: FieldPath): Promise<FieldProblem | undefined> {
  const key = await readFile(place).then(ssh2Package().utils.parseKey, (error: unknown) => error);
  if (!(key instanceof Error)) return undefined;
  const next = 'Use a key in the form of OpenSSH without a passphrase: ssh-keygen -t ed25519 -N "".';
  return { code: 'KEY_FILE_REFUSED', path, message: `${place} cannot be used: ${key.message}`, next };
}

function unsetProblem(name: string, path: FieldPath): FieldProblem | undefined {
  if ((process.env[name] ?? '') !== '') return undefined;
  return { code: 'SECRET_NOT_FOUND', path: [...path, 'env'], message: `the environment variable ${name} is not set` };
}

async function packageProblem(
  { path: given, sha256, size }: Partial<PackageEntry>,
  path: FieldPath,
  { file, isThorough = false }: ReferenceCheck,
): Promise<FieldProblem | undefined> {
  if (!isThorough || given === undefined) return undefined;
  const place = localPath(given, file);
  const found = await stat(place).catch(() => undefined);
  if (!found?.isFile())
    return { code: 'PACKAGE_MISSING', path: [...path, 'path'], message: `there is no file ${place}` };
  if (size !== undefined && size !== found.size) {
    return { code: 'PACKAGE_DAMAGED', path: [...path, 'size'], message: `${place} has ${found.size} bytes` };
  }
  const digest = await sha256Of(place).catch(() => 'unknown, since it cannot be read');
  if (sha256 === undefined || digest === sha256) return undefined;
  return { code: 'PACKAGE_DAMAGED', path: [...path, 'sha256'], message: `the sha256 of ${place} is ${digest}` };
}

async function sha256Of(place: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(place), hash);
  return hash.digest('hex');
}
