import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Connection } from './connection.ts';
import { unreadable } from './unreadable.ts';

/** How large a store is, in bytes. */
export interface StoreSize {
  readonly bytes: number;
  /** How many of them are free: new runs take them before the file grows. */
  readonly freeBytes: number;
}

const busyMs = 10_000;
const pagesAtATime = 1_000;
/** The mode in which SQLite can cut free pages off the end of a file. */
const incremental = 2;

/**
 * Gives free space of a store file back to the file system, a little at a time, so that other processes may write in
 * between. With `rewrite` the whole file is written anew, which takes as much space again for as long, and keeps other
 * writers waiting; a file that was made before stores could be cut needs that once.
 *
 * @throws StoreUnreadableError when the file cannot be written
 */
export function giveBackSpace(file: string, { rewrite }: { readonly rewrite: boolean }): StoreSize {
  const path = resolve(file);
  const connection = new Connection(path, { readOnly: false, busyMs });
  connection.nameFailure = (error) => unreadable(path, error);
  try {
    if (rewrite) connection.exec(`PRAGMA auto_vacuum = ${incremental}; VACUUM`);
    else if (pragma(connection, 'auto_vacuum') === incremental) cutFreePages(connection);
    // Best effort: while others read, the log stays as long as it is.
    connection.all('PRAGMA wal_checkpoint(TRUNCATE)');
    const freeBytes = pragma(connection, 'freelist_count') * pragma(connection, 'page_size');
    return { bytes: statSync(path).size, freeBytes };
  } finally {
    connection.close();
  }
}

/** Ends when nothing is free, or another process has freed nothing more. */
function cutFreePages(connection: Connection): void {
  for (let free = pragma(connection, 'freelist_count'); free > 0;) {
    connection.all(`PRAGMA incremental_vacuum(${pagesAtATime})`);
    const left = pragma(connection, 'freelist_count');
    if (left >= free) return;
    free = left;
  }
}

function pragma(connection: Connection, name: 'auto_vacuum' | 'freelist_count' | 'page_size'): number {
  return Number(connection.get(`PRAGMA ${name}`)?.[name]);
}
