import type { JsonObject } from '../../json/index.ts';
import type { Wish } from '../store.ts';
import type { Connection } from './connection.ts';

export function addWish(writer: Connection, runId: number, wish: JsonObject): number {
  const insert = 'INSERT INTO wishes (run_id, body) VALUES (?, ?) RETURNING id';
  return Number(writer.get(insert, runId, JSON.stringify(wish))?.['id']);
}

export function answerWish(writer: Connection, id: number, answer: JsonObject): boolean {
  return writer.run('UPDATE wishes SET answer = ? WHERE id = ? AND answer IS NULL', JSON.stringify(answer), id) > 0;
}

/** Removes a wish; false when it had been answered. */
export function removeWish(writer: Connection, id: number): boolean {
  const removed = writer.get('DELETE FROM wishes WHERE id = ? RETURNING answer', id);
  return removed?.['answer'] === null;
}

/** Unanswered wishes for the runs of an owner, in the order in which they came. */
export function wishesFor(reader: Connection, ownerId: number): readonly Wish[] {
  const select =
    'SELECT wishes.id AS id, run_id, body FROM wishes JOIN runs ON runs.id = run_id ' +
    'WHERE answer IS NULL AND owner_id = ? ORDER BY wishes.id';
  return reader.all(select, ownerId).map((row) => ({
    id: Number(row['id']),
    runId: Number(row['run_id']),
    wish: JSON.parse(String(row['body'])) as JsonObject,
  }));
}

export function answerTo(reader: Connection, id: number): JsonObject | undefined {
  const answer = reader.get('SELECT answer FROM wishes WHERE id = ?', id)?.['answer'];
  return typeof answer === 'string' ? (JSON.parse(answer) as JsonObject) : undefined;
}
