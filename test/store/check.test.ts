import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { checkStoreFile, sqliteStore, StoreUnreadableError } from '../../src/store/index.ts';
import { createdAtMs, rejection } from '../contract/store/runs.ts';
import { settledEvents, soundRun } from './sound-run.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
let count = 0;

/** Run 1 is over, run 2 is open and holds a claim; closed. */
async function soundStore(): Promise<string> {
  const file = join(directory(), `${++count}.db`);
  const store = sqliteStore(file);
  await store.createRun(soundRun({ idempotency: { key: 'k', request: 'r' } }));
  await store.append({ fence: 1, runId: 1, events: settledEvents(), state: 'SUCCESS', claims: 'release' });
  await store.createRun(soundRun({ claims: ['host:1'] }));
  const events = [{ type: 'task-started', task: 0, attempt: 1, atMs: createdAtMs }] as const;
  await store.append({ fence: 1, runId: 2, events, state: 'RUNNING' });
  await store.close();
  return file;
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec(sql);
  database.close();
}

const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('a check of a store', () => {
  it('finds nothing in a sound one, and leaves its bytes as they were', async () => {
    const file = await soundStore();
    const before = hash(file);
    expect(checkStoreFile(file)).toEqual({ file, version: 3, runs: 2, events: 8, problems: [] });
    expect(hash(file)).toBe(before);
  });

  it.each([
    ['HEADER_DAMAGED', 1, "UPDATE run_headers SET packed = x'00' WHERE run_id = 1"],
    ['HEADER_DAMAGED', 1, 'DELETE FROM run_headers WHERE run_id = 1'],
    ['EVENT_DAMAGED', 1, "UPDATE events SET body = replace(body, '0]', '5]') WHERE run_id = 1 AND sequence = 2"],
    [
      'EVENT_DAMAGED',
      1,
      'UPDATE events SET body = (SELECT body FROM events WHERE run_id = 1 AND sequence = 4) WHERE run_id = 1 AND sequence = 2',
    ],
    ['EVENT_MISSING', 1, 'DELETE FROM events WHERE run_id = 1 AND sequence = 3'],
    ['EVENT_COUNT', 1, 'DELETE FROM events WHERE run_id = 1 AND sequence = 6'],
    ['EVENT_COUNT', 2, 'UPDATE runs SET event_count = 3 WHERE id = 2'],
    ['RUN_STATE', 2, "UPDATE runs SET state = 'PAUSED' WHERE id = 2"],
    ['RUN_TIME', 2, 'UPDATE runs SET updated_at_ms = 1 WHERE id = 2'],
    ['CLAIM_LEFT', 1, "INSERT INTO claims VALUES ('host:9', 1)"],
    ['CLAIM_MISSING', 2, 'DELETE FROM claims'],
    ['CLAIM_ORPHAN', undefined, "INSERT INTO claims VALUES ('host:9', 99)"],
    ['KEY_ORPHAN', undefined, "UPDATE idempotency_keys SET run_id = 99 WHERE key = 'k'"],
    [
      'JOURNAL_ILLEGAL',
      2,
      "INSERT INTO events (run_id, sequence, body) VALUES (2, 3, '[9,1,null,1]'); UPDATE runs SET event_count = 3 WHERE id = 2",
    ],
  ])('finds %s of run %s after %s', async (code, runId, sql) => {
    const file = await soundStore();
    change(file, sql);
    const { problems } = checkStoreFile(file);
    expect(problems.map((problem) => [problem.code, problem.runId])).toContainEqual([code, runId]);
    for (const { message, next } of problems) expect([message, next]).not.toContain('');
  });

  it('goes on behind a part that cannot be read', async () => {
    const file = await soundStore();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4_096 * 3, 4_096 * 4);
    writeFileSync(file, bytes);
    const codes = checkStoreFile(file).problems.map(({ code }) => code);
    expect(codes).toContain('FILE_DAMAGED');
  });

  it('is refused for what is no store', () => {
    const missing = join(directory(), 'missing.db');
    expect(() => checkStoreFile(missing)).toThrow(StoreUnreadableError);
    const text = join(directory(), 'text.db');
    writeFileSync(text, 'no store at all, whatever its name says');
    expect(() => checkStoreFile(text)).toThrow(StoreUnreadableError);
  });
});

describe('a run that is not what was recorded', () => {
  it.each([
    ["UPDATE run_headers SET packed = x'00' WHERE run_id = 1", 'its header is not what was recorded'],
    ["UPDATE runs SET state = 'FBILED' WHERE id = 1", 'its state is none'],
    ["UPDATE events SET body = '[8,1,1,1]' WHERE run_id = 1 AND sequence = 2", 'event 2 of its journal is not'],
    ['DELETE FROM events WHERE run_id = 1 AND sequence = 6', 'its journal holds 5 events, not 6'],
  ])('is refused with the file, after %s', async (sql, reason) => {
    const file = await soundStore();
    change(file, sql);
    const store = sqliteStore(file);
    expect(await rejection(store.readRun(1))).toMatchObject({ code: 'STORE_UNREADABLE', file });
    expect(String(await rejection(store.readRun(1)))).toContain(reason);
    expect((await store.readRun(2))?.events).toHaveLength(2);
    await store.close();
  });
});
