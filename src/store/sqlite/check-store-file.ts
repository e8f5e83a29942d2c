import { resolve } from 'node:path';
import { runProblems, type RunRows } from '../check-run.ts';
import type { StoreCheck, StoreProblem } from '../store-problem.ts';
import { Connection, type SqliteRow } from './connection.ts';
import { hasLostCommits } from './log-loss.ts';
import { requireKnown, requireSafeSqlite } from './open-connections.ts';
import { sqliteCode, sqliteCodeOf } from './sqlite-codes.ts';
import { eventFrom } from './sqlite-reads.ts';
import { soundHeader } from './sqlite-runs.ts';
import { requireReadable } from './store-file.ts';
import { unreadable } from './unreadable.ts';

const busyMs = 10_000;
const runsAtATime = 100;
/** Since this version events have checksums and headers may be deflated. */
const checksumsSince = 3;
const faultsMax = 100;
const restore = 'Keep a copy of the file and of those beside it, and restore a backup.';

/**
 * Looks through a whole store file and writes nothing, of whatever version it is, and while others use it: SQLite's own
 * integrity, every journal replayed, and what the tables say of each other. O(file).
 *
 * @throws StoreUnreadableError when there is no such file, or it is not a store; StoreVersionError for a newer one's
 */
export function checkStoreFile(file: string): StoreCheck {
  const path = resolve(file);
  requireReadable(path);
  // What SQLite would show then is not what the store was at any time.
  if (hasLostCommits(path)) return { ...nothingIn(path), problems: [logDamaged(path)] };
  const connection = opened(path);
  try {
    requireSafeSqlite(String(connection.get('SELECT sqlite_version() AS version')?.['version']));
    const version = requireKnown(path, connection);
    if (version === 0) return { ...nothingIn(path), problems: [] };
    const problems: StoreProblem[] = [];
    const counts = { runs: 0, events: 0 };
    whileSound(problems, () => problems.push(...fileProblems(connection)));
    whileSound(problems, () => {
      for (const run of runsOf(connection, version)) {
        counts.runs += 1;
        counts.events += run.events.length;
        problems.push(...runProblems(run));
      }
    });
    whileSound(problems, () => problems.push(...referenceProblems(connection)));
    return { file: path, version, ...counts, problems };
  } catch (error) {
    throw error instanceof Error && sqliteCodeOf(error) !== undefined ? unreadable(path, error) : error;
  } finally {
    connection.close();
  }
}

function nothingIn(file: string): Omit<StoreCheck, 'problems'> {
  return { file, version: 0, runs: 0, events: 0 };
}

function logDamaged(file: string): StoreProblem {
  const message = `The write-ahead log ${file}-wal has lost commits that were acknowledged.`;
  return { code: 'LOG_DAMAGED', message, next: restore };
}

function opened(file: string): Connection {
  try {
    return new Connection(file, { readOnly: true, busyMs });
  } catch (error) {
    throw error instanceof Error ? unreadable(file, error) : error;
  }
}

/** A part that is too damaged to be read is a problem, not the end of the check. */
function whileSound(problems: StoreProblem[], look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!(error instanceof Error && sqliteCodeOf(error) === sqliteCode.corrupt)) throw error;
    problems.push({ code: 'FILE_DAMAGED', message: `A part of it cannot be read: ${error.message}.`, next: restore });
  }
}

function fileProblems(connection: Connection): readonly StoreProblem[] {
  const found = connection.all(`PRAGMA integrity_check(${faultsMax})`).map((row) => String(row['integrity_check']));
  const broken = connection.all('PRAGMA foreign_key_check').filter((row) => row['table'] !== 'idempotency_keys');
  return [
    ...found.filter((text) => text !== 'ok').map((text) => ({ code: 'FILE_DAMAGED', message: text, next: restore })),
    ...broken.slice(0, faultsMax).map((row) => ({
      code: 'RUN_MISSING',
      message: `Table ${String(row['table'])} has a row of a run that is not there.`,
      next: restore,
    })),
  ];
}

/** Every run, each as of one instant; one that is pruned meanwhile is left out. */
function* runsOf(connection: Connection, version: number): Generator<RunRows> {
  const select = 'SELECT id FROM runs WHERE id > ? ORDER BY id LIMIT ?';
  for (let last = 0; ;) {
    const ids = connection.all(select, last, runsAtATime).map((row) => Number(row['id']));
    for (const id of ids) {
      const run = rowsOf(connection, id, version);
      if (run) yield run;
    }
    if (ids.length === 0) return;
    last = ids.at(-1) ?? last;
  }
}

function rowsOf(connection: Connection, runId: number, version: number): RunRows | undefined {
  const isOld = version < checksumsSince;
  connection.run('BEGIN');
  try {
    const run = connection.get('SELECT workflow, state, event_count, updated_at_ms FROM runs WHERE id = ?', runId);
    if (!run) return undefined;
    const packed = isOld ? 'NULL AS packed' : 'packed';
    const header = connection.get(`SELECT body, ${packed} FROM run_headers WHERE run_id = ?`, runId);
    const checksum = isOld ? 'NULL AS checksum' : 'checksum';
    const select = `SELECT sequence, body, ${checksum} FROM events WHERE run_id = ? ORDER BY sequence`;
    const events = connection.all(select, runId).map((row) => eventRow(runId, row));
    const claims = connection.all('SELECT claim FROM claims WHERE run_id = ?', runId);
    return {
      runId,
      workflow: String(run['workflow']),
      state: String(run['state']),
      eventCount: Number(run['event_count']),
      updatedAtMs: Number(run['updated_at_ms']),
      header: header && soundHeader(header),
      events,
      claims: claims.map((row) => String(row['claim'])),
    };
  } finally {
    connection.run('COMMIT');
  }
}

function eventRow(runId: number, row: SqliteRow): RunRows['events'][number] {
  const sequence = Number(row['sequence']);
  return { sequence, event: eventFrom(row, { runId, sequence }) };
}

function referenceProblems(connection: Connection): readonly StoreProblem[] {
  const orphans = (table: string, column: string) =>
    connection.all(`SELECT ${column} AS name, run_id FROM ${table} WHERE run_id NOT IN (SELECT id FROM runs)`);
  return [
    ...orphans('claims', 'claim').map((row) => ({
      code: 'CLAIM_ORPHAN',
      message: `${String(row['name'])} is held by run ${String(row['run_id'])}, which is not there.`,
      next: restore,
    })),
    ...orphans('idempotency_keys', 'key').map((row) => ({
      code: 'KEY_ORPHAN',
      message: `Idempotency key ${JSON.stringify(row['name'])} names run ${String(row['run_id'])}, which is not there.`,
      next: restore,
    })),
  ];
}
