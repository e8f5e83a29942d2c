import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addUser, listUsers, readUser } from '../../src/access/index.ts';
import { verifyPassword } from '../../src/access/password-hash.ts';
import { sqliteStore } from '../../src/store/index.ts';
import { contentOf, emptyDirectory, precede, type Ended } from './support/precede.ts';
import { expectRefused, refusedIn } from './support/refused.ts';

/** `precede user` on a store in a directory of its own. */
function place() {
  const cwd = emptyDirectory();
  const user = (args: readonly string[], input = ''): Promise<Ended> =>
    precede(['user', ...args, '--store', 'a.db'], { cwd, input });
  return { cwd, user, file: join(cwd, 'a.db') };
}

describe('users on the command line', { timeout: 60_000 }, () => {
  it('are added with a password that is shown once, or is read from a file or standard input', async () => {
    const { cwd, user, file } = place();
    const made = await user(['add', 'admin', '--role', 'ADMIN']);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const lines = /^Added admin \(user 100\): ADMIN\.\nPassword, shown only now: (\S{24})\n$/.exec(made.stdout);
    const shown = lines?.[1] ?? expect.fail(made.stdout);
    writeFileSync(join(cwd, 'bob.txt'), 'canary of bob\n', { mode: 0o600 });
    const fromFile = await user(['add', 'bob', '--password-file', 'bob.txt', '--format', 'json']);
    expect(fromFile).toMatchObject({ status: 0, stderr: '' });
    const times = { createTimeMs: expect.any(Number), updateTimeMs: expect.any(Number) };
    expect(JSON.parse(fromFile.stdout)).toEqual({ user: { id: 101, name: 'bob', roles: [], ...times } });
    const changed = await user(['passwd', 'admin', '--password-file', '-'], 'canary of admin');
    const stdout = 'admin has another password; the old one counts no more.\n';
    expect(changed).toEqual({ status: 0, stderr: '', stdout });

    const opened = sqliteStore(file, { mustExist: true });
    const [admin, bob] = (await opened.transact(listUsers)).map(({ passwordHash }) => passwordHash);
    await opened.close();
    expect(await verifyPassword('canary of admin', admin)).toBe(true);
    expect(await verifyPassword(shown, admin)).toBe(false);
    expect(await verifyPassword('canary of bob', bob)).toBe(true);
    const files = [...contentOf(cwd).keys()].filter((name) => name !== 'bob.txt');
    const bytes = Buffer.concat(files.map((name) => readFileSync(join(cwd, name))));
    for (const secret of [shown, 'canary']) expect(bytes.includes(secret)).toBe(false);
  });

  it('change while another process has the store open', async () => {
    const { cwd, user, file } = place();
    const other = sqliteStore(file);
    await other.transact(async (tables) => {
      await addUser(tables, { name: 'admin', roles: ['ADMIN'], passwordHash: 'x', nowMs: 0 });
      await addUser(tables, { name: 'bob', roles: ['TASK_VIEWER'], passwordHash: 'x', nowMs: 0 });
    });
    const [changed, listed] = await Promise.all([
      user(['role', 'bob', '--add', 'HOST:1:*', '--add', 'TASK_MANAGER', '--remove', 'TASK_VIEWER']),
      user(['list']),
    ]);
    expect(changed).toEqual({ status: 0, stderr: '', stdout: 'bob: HOST:1:*, TASK_MANAGER\n' });
    expect(listed.stdout).toMatch(/^ID {3}NAME .*\n100 {2}admin .* ADMIN\n101 {2}bob .*\n$/);
    const seen = await other.transact((tables) => readUser(tables, 'bob'));
    expect(seen).toMatchObject({ roles: ['HOST:1:*', 'TASK_MANAGER'] });
    await other.close();
    expectRefused(await refusedIn(cwd, ['user', 'remove', 'admin', '--store', 'a.db']), 'LAST_ADMIN');
    expectRefused(await refusedIn(cwd, ['user', 'add', 'eve', 'password', '--store', 'a.db']), 'EXCESS_ARGUMENT');
  });
});
