import { existsSync } from 'node:fs';
import { SqliteTooOldError, StoreUnreadableError, StoreVersionError } from '../store-failures.ts';
import { Connection } from './connection.ts';
import { hasLostCommits } from './log-loss.ts';
import { applicationId, migrations } from './schema.ts';
import { sqliteCode, sqliteCodeOf } from './sqlite-codes.ts';
import { lostCommits, unreadable } from './unreadable.ts';

/** One connection reads what is committed while the other writes. */
export interface Connections {
  readonly reader: Connection;
  readonly writer: Connection;
}

/** The first SQLite without the WAL-reset defect, which corrupts files that two connections use. */
const sqliteNeeded = '3.51.3';
const pollMs = 5;
/** How long the writer blocks this process for another's commit before it waits without blocking. */
const writerBlocksMs = 20;

/**
 * Opens a store file and brings it to the newest version. Looks through a connection that cannot write first, so that
 * a file of a newer version or of another program is left as it was.
 *
 * @throws SqliteTooOldError, StoreUnreadableError, StoreVersionError
 */
export function openConnections(file: string, busyMs: number): Connections {
  const opened: Connection[] = [];
  try {
    if (hasLostCommits(file)) throw lostCommits(file);
    undoHalfMade(file, busyMs);
    const reader = new Connection(file, { readOnly: true, busyMs });
    opened.push(reader);
    requireSafeSqlite(String(reader.get('SELECT sqlite_version() AS version')?.['version']));
    const version = requireKnown(file, reader);
    const writer = new Connection(file, { readOnly: false, busyMs });
    opened.push(writer);
    setUp(writer, busyMs);
    if (version < migrations.length) migrate(file, writer, busyMs);
    writer.exec(`PRAGMA busy_timeout = ${writerBlocksMs}`);
    return { reader, writer };
  } catch (error) {
    for (const connection of opened) connection.close();
    throw error instanceof Error && sqliteCodeOf(error) !== undefined ? unreadable(file, error) : error;
  }
}

/**
 * A process that ended while it made the file, before that had a write-ahead log, leaves a journal by which SQLite undoes
 * what is half done: as soon as somebody reads who may write.
 */
function undoHalfMade(file: string, busyMs: number): void {
  if (!existsSync(`${file}-journal`)) return;
  const connection = new Connection(file, { readOnly: false, busyMs });
  try {
    connection.get('SELECT 1 FROM sqlite_schema LIMIT 1');
  } finally {
    connection.close();
  }
}

/** @throws SqliteTooOldError */
export function requireSafeSqlite(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [majorMin = 0, minorMin = 0, patchMin = 0] = sqliteNeeded.split('.').map(Number);
  const difference = major - majorMin || minor - minorMin || patch - patchMin;
  if (!(difference >= 0)) throw new SqliteTooOldError({ found: version, needed: sqliteNeeded });
}

/**
 * Looks at one state of the file, since another process may be making a store of it. @returns its version
 *
 * @throws StoreUnreadableError, StoreVersionError
 */
export function requireKnown(file: string, connection: Connection): number {
  connection.exec('BEGIN');
  const owner = connection.get('PRAGMA application_id')?.['application_id'];
  const isEmpty = connection.get('SELECT 1 FROM sqlite_schema LIMIT 1') === undefined;
  const version = versionOf(connection);
  connection.exec('COMMIT');
  if (owner !== applicationId && !isEmpty) {
    throw new StoreUnreadableError(file, {
      reason: 'It is a database of another program.',
      next: 'Name the file of a store, or a new file.',
    });
  }
  requireVersion(file, version);
  return version;
}

function versionOf(connection: Connection): number {
  return Number(connection.get('PRAGMA user_version')?.['user_version']);
}

function requireVersion(file: string, found: number): void {
  if (found > migrations.length) throw new StoreVersionError(file, { found, supported: migrations.length });
}

function setUp(writer: Connection, busyMs: number): void {
  // Holds for a file that is made now: only such a one can be cut later without being written anew.
  // To one that is there it would be a write.
  const isNew = Number(writer.get('PRAGMA page_count')?.['page_count']) === 0;
  if (isNew) writer.exec('PRAGMA auto_vacuum = INCREMENTAL');
  untilFree(busyMs, () => writer.get('PRAGMA journal_mode = WAL'));
  writer.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
}

/** Two processes may open a new file at once: the version is looked at again under the lock. */
function migrate(file: string, writer: Connection, busyMs: number): void {
  untilFree(busyMs, () => writer.exec('BEGIN IMMEDIATE'));
  const version = versionOf(writer);
  requireVersion(file, version);
  for (const migration of migrations.slice(version)) writer.exec(migration);
  writer.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
  writer.exec('COMMIT');
}

/** Opening is synchronous, and SQLite does not wait by itself when a file is switched to WAL by several at once. */
function untilFree(busyMs: number, work: () => unknown): void {
  const deadlineMs = performance.now() + busyMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      const isBusy = error instanceof Error && sqliteCodeOf(error) === sqliteCode.busy;
      if (!isBusy || performance.now() >= deadlineMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
    }
  }
}
