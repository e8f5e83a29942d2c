import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addUser, openKeyFile, readAccessKey, unsealSecretKey } from '../../src/access/index.ts';
import { sqliteStore } from '../../src/store/index.ts';
import { contentOf } from '../e2e/support/precede.ts';
import { expectRefused } from '../e2e/support/refused.ts';
import { commandHere } from './support/command-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'precede-user-'));
let places = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A directory with a store that has these users, and `precede user` on that store. */
async function place(users: Readonly<Record<string, readonly string[]>>) {
  const directory = join(folder, String((places += 1)));
  mkdirSync(directory);
  const file = join(directory, 'a.db');
  const store = sqliteStore(file);
  for (const [name, roles] of Object.entries(users))
    await store.transact((tables) => addUser(tables, { name, roles, passwordHash: 'x', nowMs: 0 }));
  await store.close();
  const user = (...args: readonly string[]) => commandHere(['user', ...args, '--store', file]);
  return { directory, file, user };
}

describe('precede user', () => {
  it('makes access keys, whose secret is shown once and opens with the key file alone', async () => {
    const { file, user } = await place({ bob: [] });
    const added = await user('key', 'add', 'bob', '--format', 'json');
    expect(added).toMatchObject({ status: 0, stderr: '' });
    const { accessKey, secretKey } = JSON.parse(added.stdout) as { accessKey: string; secretKey: string };
    expect(statSync(`${file}.key`).mode & 0o777).toBe(0o600);
    const opened = sqliteStore(file, { mustExist: true });
    const record = await opened.transact((tables) => readAccessKey(tables, accessKey));
    await opened.close();
    expect(record && unsealSecretKey(record, openKeyFile(`${file}.key`))).toBe(secretKey);
    const listed = await user('key', 'list', 'bob');
    expect(listed.stdout).toMatch(new RegExp(`^ACCESS KEY +USER +CREATED\n${accessKey}  bob   .*\n$`));
    const json = await user('key', 'list', '--format', 'json');
    expect(JSON.parse(json.stdout)).toEqual([{ accessKey, userName: 'bob', createTimeMs: expect.any(Number) }]);
    for (const { stdout } of [listed, json]) expect(stdout).not.toContain(secretKey);
    const removed = await user('key', 'remove', accessKey);
    expect(removed).toMatchObject({ status: 0, stdout: `Removed the access key ${accessKey} of bob.\n` });
  });

  it('makes them under another key file, and removes them with their user', async () => {
    const { directory, user } = await place({ bob: [] });
    const made = await user('key', 'add', 'bob', '--key-file', join(directory, 'other.key'));
    expect(made.stdout).toMatch(/^Access key: \w{16}\nSecret key, shown only now: [0-9a-f]{32}\n$/);
    expect(readdirSync(directory)).toEqual(['a.db', 'other.key']);
    expect(await user('remove', 'bob')).toMatchObject({ status: 0, stdout: 'Removed bob and 1 access key.\n' });
  });

  it('shows roles, and what is left of them', async () => {
    const { user } = await place({ bob: ['TASK_VIEWER'] });
    expect(await user('role', 'bob')).toMatchObject({ status: 0, stdout: 'bob: TASK_VIEWER\n' });
    const json = await user('role', 'bob', '--add', 'HOST:1:*', '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'bob', roles: ['TASK_VIEWER', 'HOST:1:*'] });
    expect(await user('role', 'bob', '--remove', 'TASK_VIEWER', '--remove', 'HOST:1:*')).toMatchObject({
      stdout: 'bob: no roles\n',
    });
  });

  it('refuses what cannot be, and writes nothing', async () => {
    const { directory, file, user } = await place({ admin: ['ADMIN'] });
    const [open, short] = [join(directory, 'open.txt'), join(directory, 'short.txt')];
    writeFileSync(open, 'long enough');
    chmodSync(open, 0o640);
    writeFileSync(short, 'short\n', { mode: 0o600 });
    openKeyFile(`${file}.key`);
    chmodSync(`${file}.key`, 0o644);
    const cases: readonly { readonly args: readonly string[]; readonly code: string; readonly word?: string }[] = [
      { args: ['add', 'admin'], code: 'USER_EXISTS' },
      { args: ['add', 'a:b'], code: 'INVALID_USER_NAME' },
      { args: ['add', 'bob', '--role', 'ADMN'], code: 'UNKNOWN_ROLE', word: 'Did you mean ADMIN?' },
      { args: ['add', 'bob', '--password-file', open], code: 'PASSWORD_FILE_REFUSED', word: `chmod 600 ${open}` },
      { args: ['add', 'bob', '--password-file', short], code: 'PASSWORD_TOO_SHORT' },
      { args: ['passwd', 'admin', '--password-file', `${open}.none`], code: 'INPUT_UNREADABLE' },
      { args: ['passwd', 'amin'], code: 'USER_UNKNOWN', word: 'Did you mean admin?' },
      { args: ['role', 'admin', '--remove', 'ADMIN'], code: 'LAST_ADMIN' },
      { args: ['role', 'admin', '--remove', 'TASK_VIEWER'], code: 'ROLE_NOT_HELD' },
      { args: ['remove', 'admin'], code: 'LAST_ADMIN' },
      { args: ['key', 'add', 'bob'], code: 'USER_UNKNOWN' },
      { args: ['key', 'add', 'admin'], code: 'KEY_FILE_REFUSED', word: 'chmod 600' },
      { args: ['key', 'list', 'bob'], code: 'USER_UNKNOWN' },
      { args: ['key', 'remove', 'none'], code: 'ACCESS_KEY_UNKNOWN' },
    ];
    const before = contentOf(directory);
    for (const { args, code, word = '' } of cases) expectRefused(await user(...args), code, word);
    expect(contentOf(directory)).toEqual(before);
  });

  it('looks for nobody in a store that is not there, and makes none for what is refused', async () => {
    const { directory } = await place({});
    const user = (...args: readonly string[]) => commandHere(['user', ...args, '--store', join(directory, 'b.db')]);
    for (const args of [['list'], ['passwd', 'bob'], ['role', 'bob'], ['remove', 'bob'], ['key', 'add', 'bob']])
      expectRefused(await user(...args), 'STORE_UNREADABLE');
    expectRefused(await user('add', 'a b'), 'INVALID_USER_NAME');
    expectRefused(await user('add', 'bob', '--role', 'x'), 'UNKNOWN_ROLE');
    expect(readdirSync(directory)).toEqual(['a.db']);
  });
});
