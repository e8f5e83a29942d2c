import { DatabaseSync } from 'node:sqlite';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, precede } from './support/precede.ts';
import { expectRefused, refusedIn } from './support/refused.ts';

const timeoutMs = 60_000;

describe.concurrent('a store that cannot be used', () => {
  const commands = [['list'], ['show', '1'], ['logs', '1'], ['graph', '1'], ['retry', '1'], ['cancel', '1']];

  it.each(commands)(
    'is not made by a command that only looks or acts: %s',
    async (...args) => {
      const cwd = emptyDirectory();
      expectRefused(await refusedIn(cwd, [...args, '--store', 'none.db']), 'STORE_UNREADABLE', 'none.db');
    },
    timeoutMs,
  );

  it(
    'is refused when it is no store, a directory, or a database of another program',
    async () => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'text.db'), 'this is a text and not a database, however long it may become');
      mkdirSync(join(cwd, 'folder.db'));
      const other = new DatabaseSync(join(cwd, 'other.db'));
      other.exec('CREATE TABLE songs (name TEXT)');
      other.close();
      writeFileSync(join(cwd, 'one.json'), '{ "name": "One", "tasks": [{ "key": "a" }] }');
      for (const file of ['text.db', 'folder.db', 'other.db']) {
        expectRefused(await refusedIn(cwd, ['run', './one.json', '--store', file]), 'STORE_UNREADABLE', file);
        expectRefused(await refusedIn(cwd, ['list', '--store', file]), 'STORE_UNREADABLE', file);
      }
    },
    timeoutMs,
  );

  it(
    'is refused when a newer version wrote it, byte for byte as it was',
    async () => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'one.json'), '{ "name": "One", "tasks": [{ "key": "a" }] }');
      expect((await precede(['run', './one.json', '--store', 'runs.db'], { cwd })).status).toBe(0);
      const newer = new DatabaseSync(join(cwd, 'runs.db'));
      newer.exec('PRAGMA user_version = 99');
      newer.close();
      expectRefused(await refusedIn(cwd, ['run', './one.json', '--store', 'runs.db']), 'STORE_VERSION', '99');
      expectRefused(await refusedIn(cwd, ['show', '1', '--store', 'runs.db']), 'STORE_VERSION', '99');
    },
    timeoutMs,
  );
});

describe.concurrent('a run that is not there', () => {
  it(
    'is refused, as is a task that it does not have and an action that its state does not allow',
    async () => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'one.json'), '{ "name": "One", "tasks": [{ "key": "a" }] }');
      expect((await precede(['run', './one.json'], { cwd })).status).toBe(0);
      expectRefused(await refusedIn(cwd, ['show', '7']), 'UNKNOWN_RUN', '7', 'precede list');
      expectRefused(await refusedIn(cwd, ['show', 'seven']), 'INVALID_RUN', 'seven');
      expectRefused(await refusedIn(cwd, ['logs', '1', 'b']), 'UNKNOWN_TASK', '"b"', '"a"');
      for (const action of ['retry', 'cancel', 'pause', 'resume']) {
        expectRefused(await refusedIn(cwd, [action, '1']), 'OPERATION_REFUSED', 'SUCCESS');
      }
      expectRefused(await refusedIn(cwd, ['skip', '1', 'a']), 'OPERATION_REFUSED', 'SUCCESS');
      expectRefused(await refusedIn(cwd, ['resolve', '1', 'a', '--as', 'failed']), 'OPERATION_REFUSED', 'SUCCESS');
    },
    timeoutMs,
  );
});
