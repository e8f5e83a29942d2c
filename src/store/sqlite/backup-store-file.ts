import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreUnreadableError } from '../store-failures.ts';
import type { StoreCheck } from '../store-problem.ts';
import { checkStoreFile } from './check-store-file.ts';
import { Connection } from './connection.ts';
import { hasLostCommits } from './log-loss.ts';
import { requireKnown } from './open-connections.ts';
import { requireReadable } from './store-file.ts';
import { lostCommits, unreadable } from './unreadable.ts';

/** A copy of a store that was found sound. */
export interface StoreBackup extends StoreCheck {
  readonly bytes: number;
}

const busyMs = 10_000;

/**
 * Copies a store file as of one instant, while others may use it. The copy is checked and synced, and has its name only
 * then; its mode is 0600. Nothing is left when it does not succeed. Does not write to the store.
 *
 * @throws StoreUnreadableError when the store cannot be read, something is at `to` already, or the copy is not sound
 */
export function backupStoreFile(file: string, to: string): StoreBackup {
  const [from, target] = [resolve(file), resolve(to)];
  requireReadable(from);
  if (existsSync(target)) throw isThere(target);
  const partial = `${target}.partial-${process.pid}`;
  try {
    closeSync(openSync(partial, 'wx', 0o600));
    copyInto(from, partial);
    const check = checkStoreFile(partial);
    const [problem] = check.problems;
    if (problem)
      throw new StoreUnreadableError(from, {
        reason: `The copy is not sound, and was not kept: ${problem.message}`,
        next: 'See what precede store check says of the store.',
      });
    sync(partial);
    // Unlike a rename it never takes the place of another file.
    linkSync(partial, target);
    sync(dirname(target));
    return { ...check, file: target, bytes: statSync(target).size };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw isThere(target);
    throw error instanceof Error && !(error instanceof StoreUnreadableError) ? unreadable(target, error) : error;
  } finally {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${partial}${end}`, { force: true });
  }
}

function copyInto(from: string, partial: string): void {
  if (hasLostCommits(from)) throw lostCommits(from);
  const connection = new Connection(from, { readOnly: true, busyMs });
  try {
    requireKnown(from, connection);
    connection.run('VACUUM INTO ?', partial);
  } finally {
    connection.close();
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isThere(target: string): StoreUnreadableError {
  return new StoreUnreadableError(target, {
    reason: 'Something is there already, and a backup overwrites nothing.',
    next: 'Name a new file.',
  });
}
