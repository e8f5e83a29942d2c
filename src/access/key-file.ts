import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, linkSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RefusedError } from '../errors/index.ts';
import { refused } from './refused.ts';

const keyBytes = 32;

/**
 * The key by which secret keys are sealed, from a file of 32 bytes that nobody but its owner may read or write. When
 * there is none, one is made: at once and as a whole, so that all processes that do so together end with the same key.
 * The key shows itself neither when it is logged nor when it is turned to JSON.
 *
 * @throws RefusedError `KEY_FILE_REFUSED` for a file that is open to others, damaged, or not to be read or made
 */
export function openKeyFile(file: string): KeyObject {
  const path = resolve(file);
  try {
    return readKey(path) ?? madeKey(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code !== 'KEY_FILE_REFUSED') throw unusable(path, error);
    throw error;
  }
}

/** Undefined when there is no such file. */
function readKey(path: string): KeyObject | undefined {
  let descriptor: number;
  try {
    // A pipe that nobody writes to would be waited for.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw damaged(path, 'it is not a regular file');
    if ((stat.mode & 0o077) !== 0) throw openToOthers(path);
    if (stat.size !== keyBytes) throw damaged(path, `it has ${stat.size} bytes, and a key has ${keyBytes}`);
    const bytes = Buffer.alloc(keyBytes);
    if (readSync(descriptor, bytes) !== keyBytes) throw damaged(path, 'it ends early');
    return createSecretKey(bytes);
  } finally {
    closeSync(descriptor);
  }
}

function madeKey(path: string): KeyObject {
  const partial = `${path}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    writeSynced(partial, randomBytes(keyBytes));
    // Unlike a rename it never takes the place of the key that another process has made meanwhile.
    linkSync(partial, path);
    syncDirectory(dirname(path));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(partial, { force: true });
  }
  const key = readKey(path);
  if (!key) throw damaged(path, 'it vanished as soon as it was made');
  return key;
}

function writeSynced(file: string, bytes: Buffer): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function openToOthers(path: string): RefusedError<'KEY_FILE_REFUSED'> {
  return refused('KEY_FILE_REFUSED', 'Key file', {
    message: `${path} is open to others than its owner.`,
    next: `Make it readable for this user only: chmod 600 ${path}`,
  });
}

function damaged(path: string, why: string): RefusedError<'KEY_FILE_REFUSED'> {
  return refused('KEY_FILE_REFUSED', 'Key file', {
    message: `${path} is no key file: ${why}.`,
    next: 'Bring back the file that the access keys were made with, or name another with --key-file.',
  });
}

function unusable(path: string, error: Error): RefusedError<'KEY_FILE_REFUSED'> {
  return refused('KEY_FILE_REFUSED', 'Key file', {
    message: `${path} cannot be used: ${error.message}.`,
    next: 'Check the path and its permissions, or name another with --key-file.',
  });
}
