import { runStates, type RunEvent, type RunState } from '../../state/index.ts';
import type { LogRange } from '../ledger.ts';
import type { KeptLogLine, LogLine, RunFilter, RunSummary, RunVersion, StoredRun } from '../store.ts';
import { StoreUnreadableError } from '../store-failures.ts';
import type { Connection, SqliteRow } from './connection.ts';
import { checksumOf, decodeEvent } from './event-code.ts';
import { soundHeader } from './sqlite-runs.ts';

const selectRun =
  'SELECT id, workflow, body, packed, state, updated_at_ms, event_count, fence FROM runs LEFT JOIN run_headers ON run_id = id';

/**
 * A run with its journal, as of one instant. O(events).
 *
 * @throws StoreUnreadableError when it is not what was recorded
 */
export function readRun(reader: Connection, id: number): StoredRun | undefined {
  return reader.atOneInstant(() => {
    const run = reader.get(`${selectRun} WHERE id = ?`, id);
    if (!run) return undefined;
    const select = 'SELECT sequence, body, checksum FROM events WHERE run_id = ? ORDER BY sequence';
    const rows = reader.all(select, id);
    return { ...summaryOf(reader, run), events: eventsOf(reader, run, rows), fence: Number(run['fence']) };
  });
}

function eventsOf({ file }: Connection, run: SqliteRow, rows: readonly SqliteRow[]): readonly RunEvent[] {
  const runId = Number(run['id']);
  const found = rows.length;
  if (found !== run['event_count'])
    throw damaged(file, runId, `its journal holds ${found} events, not ${String(run['event_count'])}`);
  return rows.map((row, index) => {
    const sequence = index + 1;
    if (row['sequence'] !== sequence) throw damaged(file, runId, `event ${sequence} of its journal is missing`);
    const event = eventFrom(row, { runId, sequence });
    if (!event) throw damaged(file, runId, `event ${sequence} of its journal is not what was recorded`);
    return event;
  });
}

/** Undefined when the row is not what was recorded. */
export function eventFrom(
  row: SqliteRow,
  { runId, sequence }: { readonly runId: number; readonly sequence: number },
): RunEvent | undefined {
  const { body, checksum } = row;
  if (typeof body !== 'string') return undefined;
  if (checksum !== null && checksum !== checksumOf(runId, sequence, body)) return undefined;
  try {
    return decodeEvent(body);
  } catch {
    return undefined;
  }
}

function damaged(file: string, runId: number, what: string): Error {
  return new StoreUnreadableError(file, {
    reason: `Run ${runId} is damaged: ${what}.`,
    next: 'Keep a copy of the file and of those beside it, see what precede store check says, and restore a backup.',
  });
}

/** Ids as one value: a statement of any number of them is prepared once. */
const amongIds = 'id IN (SELECT value FROM json_each(?))';

/** How far each run is, ascending by id. O(runs), or O(ids). @throws StoreUnreadableError when a state is none */
export function runVersions(reader: Connection, ids: readonly number[] | undefined): readonly RunVersion[] {
  const select = `SELECT id, state, updated_at_ms, event_count FROM runs ${ids ? `WHERE ${amongIds}` : ''} ORDER BY id`;
  const rows = reader.allArrays(select, ...(ids ? [JSON.stringify(ids)] : []));
  return rows.map(([id, state, updatedAtMs, eventCount]) => {
    const runId = Number(id);
    const known = stateOf(state);
    if (!known) throw damaged(reader.file, runId, 'its state is none');
    return { runId, state: known, updatedAtMs: Number(updatedAtMs), eventCount: Number(eventCount) };
  });
}

/** Headers and states, newest first. */
export function listRuns(reader: Connection, filter: RunFilter & { readonly limit: number }): readonly RunSummary[] {
  const { state, workflow, ids, limit } = filter;
  const conditions = [
    ...(ids === undefined ? [] : [amongIds]),
    ...(state === undefined ? [] : ['state = ?']),
    ...(workflow === undefined ? [] : ['workflow = ?']),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const values = [ids && JSON.stringify(ids), state, workflow].filter((value) => value !== undefined);
  const select = `${selectRun} ${where} ORDER BY id DESC LIMIT ?`;
  return reader.all(select, ...values, limit).map((row) => summaryOf(reader, row));
}

/** Log lines of a run in the order in which they were kept. */
export function readLog(reader: Connection, { runId, task, after, limit }: LogRange): readonly KeptLogLine[] {
  const select =
    'SELECT sequence, run_id, task, attempt, at_ms, level, text FROM log_lines ' +
    'WHERE run_id = ?1 AND sequence > ?2 AND (?3 IS NULL OR task = ?3) ORDER BY sequence LIMIT ?4';
  return reader.all(select, runId, after, task ?? null, limit).map(lineOf);
}

/** @throws StoreUnreadableError when the row does not go with its header */
function summaryOf({ file }: Connection, row: SqliteRow): RunSummary {
  const runId = Number(row['id']);
  const header = soundHeader(row);
  if (header?.id !== runId || header.workflow !== row['workflow'])
    throw damaged(file, runId, 'its header is not what was recorded');
  const state = stateOf(row['state']);
  if (!state) throw damaged(file, runId, 'its state is none');
  return { header, state, updatedAtMs: Number(row['updated_at_ms']) };
}

function stateOf(column: unknown): RunState | undefined {
  return runStates.find((known) => known === column);
}

function lineOf(row: SqliteRow): KeptLogLine {
  return {
    runId: Number(row['run_id']),
    task: Number(row['task']),
    attempt: Number(row['attempt']),
    atMs: Number(row['at_ms']),
    level: row['level'] as LogLine['level'],
    text: String(row['text']),
    sequence: Number(row['sequence']),
  };
}
