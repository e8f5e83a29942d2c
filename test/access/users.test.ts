import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  addUser,
  createAccessKey,
  listAccessKeys,
  listUsers,
  readUser,
  removeUser,
  setPasswordHash,
  setRoles,
} from '../../src/access/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import type { Tables } from '../../src/workflow/index.ts';

const nowMs = Date.UTC(2030, 0, 1);

/** A store with these users, each with its roles; what is done in it is one transaction each. */
async function withUsers(roles: Readonly<Record<string, readonly string[]>>) {
  const store = memoryStore();
  const act = <Result>(work: (tables: Tables) => Promise<Result>): Promise<Result> => store.transact(work);
  for (const [name, own] of Object.entries(roles))
    await act((tables) => addUser(tables, { name, roles: own, passwordHash: `hash of ${name}`, nowMs }));
  return act;
}

describe('users', () => {
  it('have numbers: admin 100, all others from 101, in whatever order they come', async () => {
    const act = await withUsers({ bob: [], admin: ['ADMIN'], eve: ['TASK_VIEWER', 'TASK_VIEWER', 'HOST:3:READ'] });
    const users = await act(listUsers);
    expect(users.map(({ id, name }) => [id, name])).toEqual([
      [101, 'bob'],
      [100, 'admin'],
      [102, 'eve'],
    ]);
    expect(users[2]).toEqual({
      ...{ id: 102, name: 'eve', roles: ['TASK_VIEWER', 'HOST:3:READ'], passwordHash: 'hash of eve' },
      ...{ createTimeMs: nowMs, updateTimeMs: nowMs },
    });
  });

  it('never get the number of one who was removed', async () => {
    const act = await withUsers({ bob: [] });
    await act((tables) => removeUser(tables, 'bob'));
    const again = await act((tables) => addUser(tables, { name: 'bob', roles: [], passwordHash: 'x', nowMs }));
    expect(again.id).toBe(102);
  });

  it('get another password and other roles, and the rest stays', async () => {
    const act = await withUsers({ admin: ['ADMIN'], bob: ['TASK_VIEWER'] });
    const later = nowMs + 1;
    await act((tables) => setPasswordHash(tables, { name: 'bob', passwordHash: 'other', nowMs: later }));
    await act((tables) => setRoles(tables, { name: 'bob', roles: ['*:*:READ'], nowMs: later + 1 }));
    expect(await act((tables) => readUser(tables, 'bob'))).toEqual({
      ...{ id: 101, name: 'bob', roles: ['*:*:READ'], passwordHash: 'other' },
      ...{ createTimeMs: nowMs, updateTimeMs: later + 1 },
    });
  });

  it('go with their access keys, and nobody else does', async () => {
    const act = await withUsers({ admin: ['ADMIN'], bob: [] });
    const key = createSecretKey(randomBytes(32));
    const keyOf = (userName: string) => act((tables) => createAccessKey(tables, { userName, key, nowMs }));
    const kept = await keyOf('admin');
    await keyOf('bob');
    await keyOf('bob');
    expect(await act((tables) => removeUser(tables, 'bob'))).toEqual({ accessKeys: 2 });
    expect(await act((tables) => readUser(tables, 'bob'))).toBeUndefined();
    expect(await act((tables) => listAccessKeys(tables))).toMatchObject([{ accessKey: kept.accessKey }]);
  });

  it.each(['', 'a:b', 'a b', 'ä', 'a\n', 'x'.repeat(65), 'a/b'])('cannot be called %j', async (name) => {
    const act = await withUsers({});
    const added = act((tables) => addUser(tables, { name, roles: [], passwordHash: 'x', nowMs }));
    await expect(added).rejects.toMatchObject({ code: 'INVALID_USER_NAME' });
    expect(await act(listUsers)).toEqual([]);
  });

  it.each(['a', 'x'.repeat(64), 'first.last@example-1.org', '__proto__', 'constructor'])(
    'can be called %s',
    async (name) => {
      const act = await withUsers({});
      expect(await act((tables) => readUser(tables, name))).toBeUndefined();
      await act((tables) => addUser(tables, { name, roles: [], passwordHash: 'x', nowMs }));
      expect(await act((tables) => readUser(tables, name))).toMatchObject({ id: 101, name });
    },
  );

  it('are not added twice, and one that is not known is told the name that is meant', async () => {
    const act = await withUsers({ admin: ['ADMIN'] });
    const again = act((tables) => addUser(tables, { name: 'admin', roles: [], passwordHash: 'x', nowMs }));
    await expect(again).rejects.toMatchObject({ code: 'USER_EXISTS' });
    for (const work of [
      (tables: Tables) => setPasswordHash(tables, { name: 'amdin', passwordHash: 'x', nowMs }),
      (tables: Tables) => setRoles(tables, { name: 'amdin', roles: [], nowMs }),
      (tables: Tables) => removeUser(tables, 'amdin'),
    ]) {
      const unknown = act<unknown>(work);
      await expect(unknown).rejects.toMatchObject({ code: 'USER_UNKNOWN', next: expect.stringContaining('admin') });
    }
    expect(await act(listUsers)).toMatchObject([{ name: 'admin', roles: ['ADMIN'], passwordHash: 'hash of admin' }]);
  });

  it('have roles that there are; each that is none is told, with the one that is meant', async () => {
    const act = await withUsers({ bob: [] });
    const set = act((tables) => setRoles(tables, { name: 'bob', roles: ['ADMIN', 'TASK_VIWER', 'A:1:READ'], nowMs }));
    await expect(set).rejects.toMatchObject({
      code: 'UNKNOWN_ROLE',
      problems: [{ message: expect.stringContaining('TASK_VIWER') }, { message: expect.stringContaining('A:1:READ') }],
      next: expect.stringContaining('TASK_VIEWER'),
    });
    const many = Array.from({ length: 101 }, (_, index) => `HOST:${index + 1}:READ`);
    const tooMany = act((tables) => setRoles(tables, { name: 'bob', roles: many, nowMs }));
    await expect(tooMany).rejects.toMatchObject({ code: 'TOO_MANY_ROLES' });
    expect(await act((tables) => readUser(tables, 'bob'))).toMatchObject({ roles: [] });
  });

  it('always have an ADMIN among them, once they had one', async () => {
    const act = await withUsers({ admin: ['ADMIN'], bob: ['*:*:*'] });
    const remove = () => act((tables) => removeUser(tables, 'admin'));
    const demote = () => act((tables) => setRoles(tables, { name: 'admin', roles: ['TASK_VIEWER'], nowMs }));
    await expect(remove()).rejects.toMatchObject({ code: 'LAST_ADMIN' });
    await expect(demote()).rejects.toMatchObject({ code: 'LAST_ADMIN' });
    await act((tables) => setRoles(tables, { name: 'bob', roles: ['ADMIN'], nowMs }));
    await demote();
    await remove();
    await expect(act((tables) => removeUser(tables, 'bob'))).rejects.toMatchObject({ code: 'LAST_ADMIN' });
  });

  it('need no ADMIN before there is one', async () => {
    const act = await withUsers({ bob: ['TASK_VIEWER'] });
    await act((tables) => setRoles(tables, { name: 'bob', roles: [], nowMs }));
    await act((tables) => removeUser(tables, 'bob'));
    expect(await act(listUsers)).toEqual([]);
  });
});
