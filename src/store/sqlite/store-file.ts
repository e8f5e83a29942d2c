import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnreadableError } from '../store-failures.ts';
import { unreadable } from './unreadable.ts';

/**
 * Makes sure that a file is there which may be read and written: an empty one of mode 0600, in a directory of mode 0700,
 * when there was none.
 *
 * @throws StoreUnreadableError when it is none, or is not there and must be
 */
export function requireStoreFile(file: string, { mustExist }: { mustExist: boolean }): void {
  try {
    if (!mustExist) makeFile(file);
    if (!statSync(file).isFile()) throw notAFile(file);
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw error instanceof Error ? unreadable(file, error) : error;
  }
}

/** @throws StoreUnreadableError when it is no file that may be read */
export function requireReadable(file: string): void {
  try {
    if (!statSync(file).isFile()) throw notAFile(file);
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw error instanceof Error ? unreadable(file, error) : error;
  }
}

function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function notAFile(file: string): Error {
  if (statSync(file).isDirectory()) return Object.assign(new Error('It is a directory.'), { code: 'EISDIR' });
  return new StoreUnreadableError(file, { reason: 'It is not a regular file.', next: 'Name a file, or a new one.' });
}
