import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  checkStoreFile,
  SqliteTooOldError,
  sqliteStore,
  StoreUnreadableError,
  StoreVersionError,
} from '../../src/store/index.ts';
import { openConnections, requireSafeSqlite } from '../../src/store/sqlite/open-connections.ts';
import { createdRun, eventsOf, newRun, rejection, taskStarted } from '../contract/store/runs.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
let count = 0;

function newFile(): string {
  return join(directory(), String(++count), 'store.db');
}

/** A store file with one run, closed. */
async function usedFile(): Promise<string> {
  const file = newFile();
  const store = sqliteStore(file);
  await createdRun(store);
  await store.close();
  return file;
}

function openingError(file: string, options?: Parameters<typeof sqliteStore>[1]): unknown {
  try {
    sqliteStore(file, options);
  } catch (error) {
    return error;
  }
  throw new Error('It was opened.');
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('a store file', { timeout: 60_000 }, () => {
  it('gives everything back when it is opened again', async () => {
    const file = newFile();
    const first = sqliteStore(file);
    const idempotency = { key: 'k', request: 'r' };
    await first.createRun(newRun({ claims: ['cluster:21'], taskCount: 21, idempotency }));
    await first.append({ fence: 1, runId: 1, events: [taskStarted(0)], state: 'PAUSED' });
    await first.transact(async (tables) => {
      await tables.put('hosts', 'b', { id: 1 });
      await tables.put('hosts', 'a', { id: 2 });
      await tables.nextNumber('server');
    });
    first.appendLog([{ runId: 1, task: 0, attempt: 1, atMs: 1, level: 'info', text: 'one' }]);
    const before = await first.readRun(1);
    await first.close();
    const second = sqliteStore(file, { mustExist: true });
    expect(await second.readRun(1)).toEqual(before);
    expect((await second.createRun(newRun({ idempotency }))).isExisting).toBe(true);
    expect(await rejection(createdRun(second, { claims: ['cluster:21'] }))).toMatchObject({ code: 'CLAIM_HELD' });
    expect((await second.createRun(newRun())).header).toMatchObject({ id: 2, firstTaskId: 100_022 });
    expect(await second.transact((tables) => tables.list('hosts'))).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await second.transact((tables) => tables.nextNumber('server'))).toBe(2);
    second.appendLog([{ runId: 1, task: 0, attempt: 1, atMs: 2, level: 'info', text: 'two' }]);
    expect((await second.readLog({ runId: 1 })).map(({ sequence, text }) => [sequence, text])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    await second.close();
  });

  it('is made for its owner alone, with its directory, and nothing stays beside it', async () => {
    const file = join(directory(), 'deep', 'er', 'store.db');
    const store = sqliteStore(file);
    await createdRun(store);
    for (const path of [file, `${file}-wal`, `${file}-shm`]) expect(modeOf(path)).toBe('600');
    for (const path of [dirname(file), dirname(dirname(file))]) expect(modeOf(path)).toBe('700');
    await store.close();
    expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([false, false]);
  });

  it('is synced with every commit, in WAL mode', () => {
    const file = newFile();
    mkdirSync(dirname(file));
    writeFileSync(file, '');
    const { reader, writer } = openConnections(file, 1_000);
    expect(writer.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' });
    expect(writer.get('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
    expect(writer.get('PRAGMA foreign_keys')).toMatchObject({ foreign_keys: 1 });
    reader.close();
    writer.close();
  });

  it('that a process had half made, or half changed, when it ended is as it was before', async () => {
    const file = await usedFile();
    const database = new DatabaseSync(file);
    // Without a log, changes stand in the file itself before they are committed.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; CREATE TABLE half (made TEXT)');
    for (let row = 0; row < 200; row++) database.exec('INSERT INTO half VALUES (hex(randomblob(500)))');
    const left = `${file}.left`;
    for (const end of ['', '-journal']) copyFileSync(`${file}${end}`, `${left}${end}`);
    database.close();
    expect(() => checkStoreFile(left)).toThrow(/ended in the middle/);
    const store = sqliteStore(left);
    expect(await eventsOf(store, 1)).toHaveLength(1);
    await store.close();
    expect(existsSync(`${left}-journal`)).toBe(false);
    expect(checkStoreFile(left)).toMatchObject({ runs: 1 });
  });

  it('is made only when it may be', () => {
    const file = newFile();
    const error = openingError(file, { mustExist: true });
    expect(error).toBeInstanceOf(StoreUnreadableError);
    expect(String(error)).toContain('There is no such file.');
    expect(existsSync(dirname(file))).toBe(false);
  });

  it('of a newer version is refused and left as it was', async () => {
    const file = await usedFile();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(file);
    const error = openingError(file);
    expect(error).toBeInstanceOf(StoreVersionError);
    expect(error).toMatchObject({ code: 'STORE_VERSION', found: 99, supported: 3 });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('of another program is refused and left as it was', () => {
    const file = newFile();
    mkdirSync(dirname(file));
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE theirs (a)');
    database.close();
    const before = readFileSync(file);
    const error = openingError(file);
    expect(error).toMatchObject({ code: 'STORE_UNREADABLE', file });
    expect(String(error)).toContain('another program');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that is a directory, under a file, or no database is refused by name', async () => {
    const text = newFile();
    mkdirSync(dirname(text));
    writeFileSync(text, 'a text that is long enough to be looked at as a database header, and is none. '.repeat(20));
    const used = await usedFile();
    const reasons = [
      [directory(), 'It is a directory.'],
      [join(used, 'store.db'), 'A part of the path is a file, not a directory.'],
      [text, 'The file is not a store.'],
      ['/dev/null', 'It is not a regular file.'],
    ] as const;
    for (const [file, reason] of reasons) {
      const error = openingError(file);
      expect(error).toBeInstanceOf(StoreUnreadableError);
      expect(error).toMatchObject({ code: 'STORE_UNREADABLE', file, message: `Store ${file}: ${reason}` });
      expect((error as StoreUnreadableError).next).not.toBe('');
    }
  });

  it('that is cut or overwritten is refused by name, at the latest when the damage is read', async () => {
    const damages: ((file: string) => void)[] = [
      (file) => truncateSync(file, 3 * 4_096),
      (file) => writeFileSync(file, readFileSync(file).fill(0xff, 4_096)),
    ];
    for (const damage of damages) {
      const file = await usedFile();
      damage(file);
      const error = await rejection(Promise.resolve().then(() => eventsOf(sqliteStore(file), 1)));
      expect(error).toMatchObject({ code: 'STORE_UNREADABLE', message: `Store ${file}: The file is corrupt.` });
    }
  });

  it('that may not be read or written, or whose directory may not be, is refused by name', async () => {
    const readOnly = await usedFile();
    chmodSync(directory(), 0o755);
    chmodSync(dirname(readOnly), 0o777);
    chmodSync(readOnly, 0o444);
    const unreadable = await usedFile();
    chmodSync(dirname(unreadable), 0o777);
    chmodSync(unreadable, 0o000);
    const inReadOnly = await usedFile();
    if (process.getuid?.() === 0) chownSync(inReadOnly, 65_534, 65_534);
    chmodSync(dirname(inReadOnly), 0o555);
    const closed = join(directory(), 'closed');
    mkdirSync(closed, { mode: 0o555 });
    for (const file of [readOnly, unreadable, inReadOnly, join(closed, 'store.db')]) {
      expect([file, await spawnStoreProcess(['openAsNobody', file]).ended]).toEqual([file, ['STORE_UNREADABLE']]);
    }
  });
});

describe('SQLite', () => {
  it('is refused before 3.51.3, whose write-ahead log can corrupt a file', () => {
    for (const version of ['3.51.2', '3.50.9', '2.99.99', 'undefined', '']) {
      expect(() => requireSafeSqlite(version)).toThrow(SqliteTooOldError);
    }
    for (const version of ['3.51.3', '3.51.10', '3.52.0', '4.0.0']) requireSafeSqlite(version);
  });
});
