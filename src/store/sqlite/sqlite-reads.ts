import type { RunEvent, RunHeader, RunState } from '../../state/index.ts';
import type { LogRange } from '../ledger.ts';
import type { KeptLogLine, LogLine, RunFilter, RunSummary, StoredRun } from '../store.ts';
import type { Connection, SqliteRow } from './connection.ts';

const selectRun = 'SELECT body, state, updated_at_ms, fence FROM runs JOIN run_headers ON run_id = id';

/** A run with its journal, as of one instant. O(events). */
export function readRun(reader: Connection, id: number): StoredRun | undefined {
  reader.run('BEGIN');
  try {
    const run = reader.get(`${selectRun} WHERE id = ?`, id);
    const events = run && reader.all('SELECT body FROM events WHERE run_id = ? ORDER BY sequence', id);
    return (
      run && {
        ...summaryOf(run),
        events: (events ?? []).map((row) => JSON.parse(String(row['body'])) as RunEvent),
        fence: Number(run['fence']),
      }
    );
  } finally {
    reader.run('COMMIT');
  }
}

/** Headers and states, newest first. */
export function listRuns(reader: Connection, filter: RunFilter & { readonly limit: number }): readonly RunSummary[] {
  const { state, workflow, limit } = filter;
  const conditions = [
    ...(state === undefined ? [] : ['state = ?']),
    ...(workflow === undefined ? [] : ['workflow = ?']),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const values = [state, workflow].filter((value) => value !== undefined);
  const select = `${selectRun} ${where} ORDER BY id DESC LIMIT ?`;
  return reader.all(select, ...values, limit).map(summaryOf);
}

/** Log lines of a run in the order in which they were kept. */
export function readLog(reader: Connection, { runId, task, after, limit }: LogRange): readonly KeptLogLine[] {
  const select =
    'SELECT sequence, run_id, task, attempt, at_ms, level, text FROM log_lines ' +
    'WHERE run_id = ?1 AND sequence > ?2 AND (?3 IS NULL OR task = ?3) ORDER BY sequence LIMIT ?4';
  return reader.all(select, runId, after, task ?? null, limit).map(lineOf);
}

function summaryOf(row: SqliteRow): RunSummary {
  return {
    header: JSON.parse(String(row['body'])) as RunHeader,
    state: row['state'] as RunState,
    updatedAtMs: Number(row['updated_at_ms']),
  };
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
