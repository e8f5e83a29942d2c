import { deflateSync, inflateSync } from 'node:zlib';
import type { RunHeader } from '../../state/index.ts';
import type { Extension } from '../ledger.ts';
import type { Connection, SqliteRow } from './connection.ts';
import { checksumOf } from './event-code.ts';

/** A header as its row has it: deflated, which brings a checksum, or as text where a version before that wrote it. */
function headerFrom(row: SqliteRow): RunHeader {
  const { packed, body } = row;
  return JSON.parse(packed instanceof Uint8Array ? inflateSync(packed).toString() : String(body)) as RunHeader;
}

/** Undefined when it cannot be read. */
export function soundHeader(row: SqliteRow): RunHeader | undefined {
  try {
    return headerFrom(row);
  } catch {
    return undefined;
  }
}

export function readHeader(writer: Connection, runId: number): RunHeader | undefined {
  const found = writer.get('SELECT body, packed FROM run_headers WHERE run_id = ?', runId);
  return found && headerFrom(found);
}

export function insertRun(writer: Connection, header: RunHeader, ownerId: number | undefined): void {
  const insert =
    'INSERT INTO runs (id, workflow, state, updated_at_ms, event_count, owner_id) ' +
    "VALUES (?, ?, 'RUNNING', ?, 0, ?)";
  writer.run(insert, header.id, header.workflow, header.createdAtMs, ownerId ?? null);
  const packed = deflateSync(JSON.stringify(header));
  writer.run("INSERT INTO run_headers (run_id, body, packed) VALUES (?, '', ?)", header.id, packed);
}

/** The state stands in an index and seldom changes, so that it is written only when it does. */
export function extendRun(writer: Connection, runId: number, extension: Extension<string>): boolean {
  const { bodies, state, updatedAtMs, fence, after, isProgress } = extension;
  const update =
    'UPDATE runs SET updated_at_ms = coalesce(?1, updated_at_ms), event_count = event_count + ?2, ' +
    'recoveries = CASE WHEN ?3 THEN 0 ELSE recoveries END ' +
    'WHERE id = ?4 AND fence = ?5 AND (?6 IS NULL OR event_count = ?6) RETURNING event_count, state';
  const values = [updatedAtMs ?? null, bodies.length, isProgress ? 1 : 0, runId, fence, after ?? null];
  const run = writer.get(update, ...values);
  if (!run) return false;
  if (run['state'] !== state) writer.run('UPDATE runs SET state = ? WHERE id = ?', state, runId);
  let sequence = Number(run['event_count']) - bodies.length;
  const insert = 'INSERT INTO events (run_id, sequence, body, checksum) VALUES (?, ?, ?, ?)';
  for (const body of bodies) {
    sequence += 1;
    writer.run(insert, runId, sequence, body, checksumOf(runId, sequence, body));
  }
  return true;
}
