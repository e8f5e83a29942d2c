import { resolve } from 'node:path';
import { StoreUnreadableError } from '../store-failures.ts';
import type { StoredRun } from '../store.ts';
import { Connection } from './connection.ts';
import { hasLostCommits } from './log-loss.ts';
import { requireKnown, requireSafeSqlite } from './open-connections.ts';
import { migrations } from './schema.ts';
import { sqliteCodeOf } from './sqlite-codes.ts';
import { readRun } from './sqlite-reads.ts';
import { requireReadable } from './store-file.ts';
import { lostCommits, unreadable } from './unreadable.ts';

const busyMs = 10_000;

/** Which runs of a store file are read. */
export interface LatestRuns {
  readonly workflow: string;
  /** At most so many. */
  readonly runsMax: number;
}

/**
 * The newest runs of a workflow, the newest first, read one at a time from a store file in which nothing is written: also
 * while others use it. Whoever has enough stops asking. O(events) a run.
 *
 * @throws StoreUnreadableError when there is no such file, it is not a store, or one of before this version;
 * StoreVersionError for a newer one's
 */
export function* latestRuns(file: string, { workflow, runsMax }: LatestRuns): Generator<StoredRun> {
  const path = resolve(file);
  requireReadable(path);
  if (hasLostCommits(path)) throw lostCommits(path);
  const connection = opened(path);
  connection.nameFailure = (error) => unreadable(path, error);
  try {
    requireSafeSqlite(String(connection.get('SELECT sqlite_version() AS version')?.['version']));
    const version = requireKnown(path, connection);
    if (version === 0) return;
    if (version < migrations.length) throw tooOld(path);
    const select = 'SELECT id FROM runs WHERE workflow = ? ORDER BY id DESC LIMIT ?';
    for (const { id } of connection.all(select, workflow, runsMax)) {
      // It may have been pruned since.
      const run = readRun(connection, Number(id));
      if (run) yield run;
    }
  } finally {
    connection.close();
  }
}

function opened(file: string): Connection {
  try {
    return new Connection(file, { readOnly: true, busyMs });
  } catch (error) {
    throw error instanceof Error && sqliteCodeOf(error) !== undefined ? unreadable(file, error) : error;
  }
}

function tooOld(file: string): StoreUnreadableError {
  return new StoreUnreadableError(file, {
    reason: 'It was written by an older version, and only looking at it does not bring it to this one.',
    next: 'Open it once with a command that may write, such as precede list.',
  });
}
