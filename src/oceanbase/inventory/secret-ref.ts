import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { PrecedeError, RefusedError } from '../../errors/index.ts';

/** Where a password is to be found. The inventory keeps this, never the password itself. */
export type SecretRef =
  /** The name of an environment variable of this process. */
  | { readonly env: string }
  /** The absolute path of a file that nobody but its owner may read or write; a newline at its end does not count. */
  | { readonly file: string }
  /** A program and its arguments, run without a shell; what it prints is the secret, less a newline at its end. */
  | { readonly command: readonly string[] };

const commandTimeoutMs = 10_000;
const secretBytesMax = 64 * 1024;

/**
 * Looks the secret up, anew each time, so that a changed password needs no restart.
 *
 * @throws PrecedeError `SECRET_NOT_FOUND`, which names the place and never what was found there
 * @throws RefusedError `SECRET_FILE_REFUSED` for a file that others than its owner may read or write
 */
export async function resolveSecret(reference: SecretRef): Promise<string> {
  const secret = (await lookUp(reference)).replace(/\r?\n$/, '');
  if (secret === '') throw notFound(reference, 'it is empty');
  return secret;
}

async function lookUp(reference: SecretRef): Promise<string> {
  if ('env' in reference) return process.env[reference.env] ?? '';
  try {
    return 'file' in reference ? await contentOf(reference.file) : await outputOf(reference.command);
  } catch (cause) {
    if (cause instanceof RefusedError) throw cause;
    // The message of a failed command may hold what it printed, so only the kind of failure is passed on.
    throw notFound(
      reference,
      cause instanceof Error && 'code' in cause ? `it fails with ${String(cause.code)}` : 'it fails',
    );
  }
}

async function contentOf(file: string): Promise<string> {
  if (isOpenToOthers((await stat(file)).mode)) throw openFile(file);
  return await readFile(file, 'utf8');
}

/** Whether others than a file's owner may read or write it. */
export function isOpenToOthers(mode: number): boolean {
  return (mode & 0o077) !== 0;
}

function openFile(file: string): RefusedError<'SECRET_FILE_REFUSED'> {
  return new RefusedError('SECRET_FILE_REFUSED', 'Secret', [
    {
      code: 'SECRET_FILE_REFUSED',
      message: `The file ${file} is open to others than its owner.`,
      next: `Make it readable for this user only: chmod 600 ${file}`,
    },
  ]);
}

async function outputOf(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command;
  const { stdout } = await promisify(execFile)(program, args, { timeout: commandTimeoutMs, maxBuffer: secretBytesMax });
  return stdout;
}

function notFound(reference: SecretRef, why: string): PrecedeError<'SECRET_NOT_FOUND'> {
  const place = placeOf(reference);
  return new PrecedeError('SECRET_NOT_FOUND', {
    message: `There is no secret to be had from ${place}: ${why}.`,
    next: 'Put the secret there, or point the inventory to where it is.',
    details: { place },
  });
}

function placeOf(reference: SecretRef): string {
  if ('env' in reference) return `the environment variable ${reference.env}`;
  return 'file' in reference ? `the file ${reference.file}` : `the command ${reference.command[0] ?? '(none)'}`;
}
