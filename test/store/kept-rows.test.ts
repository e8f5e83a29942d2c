import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteStore, type Store } from '../../src/store/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();

function listed(store: Store, table = 'hosts') {
  return store.transact(async (tables) => await tables.list(table));
}

function put(store: Store, key: string, row: { readonly [field: string]: string }) {
  return store.transact((tables) => tables.put('hosts', key, row));
}

describe('a table that a SQLite store has listed before', () => {
  it('shows what another process has written since, and in its order', async () => {
    const file = join(directory(), 'two.db');
    const [here, there] = [sqliteStore(file), sqliteStore(file)];
    await put(here, '1', { name: 'a' });
    expect(await listed(here)).toEqual([{ name: 'a' }]);
    await put(there, '2', { name: 'b' });
    await put(there, '1', { name: 'c' });
    expect(await listed(here)).toEqual([{ name: 'c' }, { name: 'b' }]);
    expect(await here.transact((tables) => tables.get('hosts', '2'))).toEqual({ name: 'b' });
    await there.transact((tables) => tables.delete('hosts', '1'));
    await put(here, '3', { name: 'd' });
    expect(await listed(here)).toEqual([{ name: 'b' }, { name: 'd' }]);
    await Promise.all([here.close(), there.close()]);
  });

  it('shows nothing of a transaction that threw, also when that one listed it first', async () => {
    const store = sqliteStore(join(directory(), 'thrown.db'));
    await put(store, '1', { name: 'a' });
    const thrown = store.transact(async (tables) => {
      await tables.delete('hosts', '1');
      await tables.put('hosts', '2', { name: 'b' });
      expect(await tables.list('hosts')).toEqual([{ name: 'b' }]);
      throw new Error('no');
    });
    await expect(thrown).rejects.toThrow('no');
    expect(await listed(store)).toEqual([{ name: 'a' }]);
    await store.close();
  });

  it('cannot be spoilt by whoever has the rows', async () => {
    const store = sqliteStore(join(directory(), 'spoilt.db'));
    await store.transact((tables) => tables.put('hosts', '1', { services: [{ name: 'a' }] }));
    const [row] = (await listed(store)) as readonly { services: { name: string }[] }[];
    expect(() => row?.services.push({ name: 'b' })).toThrow(TypeError);
    expect(await listed(store)).toEqual([{ services: [{ name: 'a' }] }]);
    await store.close();
  });

  it('is read anew when it is larger than what is kept', async () => {
    const store = sqliteStore(join(directory(), 'large.db'));
    await store.transact(async (tables) => {
      for (let id = 1; id <= 4_097; id += 1) await tables.put('hosts', String(id), { id });
    });
    const [first, second] = [await listed(store), await listed(store)];
    expect([first.length, second.length]).toEqual([4_097, 4_097]);
    expect(first[0]).not.toBe(second[0]);
    await store.close();
  });
});
