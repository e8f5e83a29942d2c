import { isSettledRun, runStates, type RunState } from '../../state/index.ts';
import type { PrunedRun } from '../store.ts';
import type { Connection } from './connection.ts';

const endedStates = runStates.filter(isSettledRun);
const isEnded = `state IN (${endedStates.map(() => '?').join(', ')})`;

/** Runs that are over, newest first. */
export function endedRuns(reader: Connection): readonly PrunedRun[] {
  const select = 'SELECT id, workflow, state, updated_at_ms, event_count FROM runs';
  return reader.all(`${select} WHERE ${isEnded} ORDER BY id DESC`, ...endedStates).map((row) => ({
    id: Number(row['id']),
    workflow: String(row['workflow']),
    state: row['state'] as RunState,
    updatedAtMs: Number(row['updated_at_ms']),
    eventCount: Number(row['event_count']),
  }));
}

/** What is kept of a run apart from its row, in an order that leaves nothing without what it refers to. */
const tables = ['events', 'run_headers', 'idempotency_keys', 'claims', 'wishes', 'log_lines'];

/** Removes a run and all that is kept of it; false, with nothing removed, when it is open or was extended since. */
export function removeRun(writer: Connection, { id, eventCount }: PrunedRun): boolean {
  const select = `SELECT 1 FROM runs WHERE id = ? AND event_count = ? AND ${isEnded}`;
  if (!writer.get(select, id, eventCount, ...endedStates)) return false;
  for (const table of tables) writer.run(`DELETE FROM ${table} WHERE run_id = ?`, id);
  writer.run('DELETE FROM runs WHERE id = ?', id);
  return true;
}
