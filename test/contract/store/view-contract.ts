import { expect, it } from 'vitest';
import { StoreClosedError, TransactionEndedError, type Store, type TableRows } from '../../../src/store/index.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { admittedAs, createdRun, newRun, rejection } from './runs.ts';

export function viewContract(store: StoreUnderTest): void {
  it('shows the rows that were committed, in the order in which their keys were first put', async () => {
    await store().transact(async (tables) => {
      for (const key of ['10', '9', '__proto__']) await tables.put('t', key, { key });
      await tables.put('other', '9', { key: 'other' });
      await tables.put('t', '9', { key: '9', again: true });
    });
    const seen = await store().view((rows) => [rows.get('t', '9'), rows.get('t', 'none'), rows.list('t')]);
    const listed = [{ key: '10' }, { key: '9', again: true }, { key: '__proto__' }];
    expect(seen).toEqual([{ key: '9', again: true }, undefined, listed]);
    expect(await store().view((rows) => rows.list('none'))).toEqual([]);
  });

  it('sees nothing of a transaction under way, whoever looks, and waits for none', async () => {
    await store().transact(async (tables) => {
      for (const key of ['changed', 'deleted', 'kept']) await tables.put('t', key, { key });
    });
    const before = await look(store());
    const within: unknown[] = [];
    const transaction = gated(async () => {
      await store().transact(async (tables) => {
        await change(tables);
        within.push(await look(store()), await tables.list('t'));
        await transaction.wait();
      });
    });
    await transaction.entered;
    expect(await look(store())).toEqual(before);
    transaction.open();
    await transaction.done;
    const after = [{ key: 'changed', more: [1] }, { key: 'kept' }, { key: 'deleted', again: true }, { key: 'new' }];
    expect(within).toEqual([before, after]);
    expect((await look(store())).listed).toEqual(after);
  });

  it('sees nothing of a transaction that was undone', async () => {
    await store().transact((tables) => tables.put('t', 'kept', { key: 'kept' }));
    const undone = store().transact(async (tables) => {
      await tables.put('t', 'kept', { key: 'changed' });
      await tables.put('t', 'new', {});
      throw new Error('no');
    });
    await rejection(undone);
    expect(await look(store())).toMatchObject({ listed: [{ key: 'kept' }], new: undefined });
    await store().transact((tables) => tables.put('t', 'new', { key: 'new' }));
    expect((await look(store())).listed).toEqual([{ key: 'kept' }, { key: 'new' }]);
  });

  it('sees nothing of what admit and a commit write before they are committed', async () => {
    await createdRun(store());
    const seen: unknown[] = [];
    await store().createRun(
      newRun({
        admit: async (ids, tables) => {
          await tables.put('t', 'admitted', {});
          seen.push(await store().view((rows) => rows.list('t').length));
          return admittedAs(ids);
        },
      }),
    );
    await store().append({
      ...{ fence: 1, runId: 1, events: [], state: 'RUNNING' },
      also: async (tables) => {
        await tables.put('t', 'appended', {});
        seen.push(await store().view((rows) => rows.list('t').length));
      },
    });
    expect([...seen, await store().view((rows) => rows.list('t').length)]).toEqual([0, 1, 2]);
  });

  it('may read runs, and look again, in the middle of its work', async () => {
    const id = await createdRun(store());
    await store().transact((tables) => tables.put('t', 'k', { is: 'here' }));
    const nested = await store().view((rows) => {
      const others = [store().readRun(id), store().view((again) => again.get('t', 'k')), store().listRuns()] as const;
      return { row: rows.get('t', 'k'), others };
    });
    expect(nested.row).toEqual({ is: 'here' });
    const [run, row, runs] = await Promise.all(nested.others);
    expect([run?.header.id, row, runs.length]).toEqual([id, { is: 'here' }, 1]);
  });

  it('rejects with what its work throws, and sees the next commit all the same', async () => {
    const thrown = new Error('no');
    const failing = store().view((rows) => {
      rows.list('t');
      throw thrown;
    });
    expect(await rejection(failing)).toBe(thrown);
    await store().transact((tables) => tables.put('t', 'k', {}));
    expect(await store().view((rows) => rows.list('t'))).toEqual([{}]);
  });

  it('refuses its rows once the work has returned', async () => {
    let kept: TableRows | undefined;
    await store().view((rows) => void (kept = rows));
    expect(() => kept?.get('t', 'k')).toThrow(TransactionEndedError);
    expect(() => kept?.list('t')).toThrow(TransactionEndedError);
  });

  it('keeps rows when whoever looks changes what it was given', async () => {
    await store().transact((tables) => tables.put('t', 'k', { hosts: [1] }));
    const given = (await store().view((rows) => rows.get('t', 'k'))) as unknown as { hosts: number[] };
    try {
      given.hosts.push(2);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
    expect(await store().view((rows) => rows.get('t', 'k'))).toEqual({ hosts: [1] });
  });

  it('is refused once the store is closed, with its work not called', async () => {
    await store().close();
    let calls = 0;
    expect(await rejection(store().view(() => (calls += 1)))).toBeInstanceOf(StoreClosedError);
    expect(calls).toBe(0);
  });
}

/** What a look shows of the table and of its rows one by one. */
async function look(store: Store) {
  return store.view((rows) => ({
    listed: rows.list('t'),
    ...{ changed: rows.get('t', 'changed'), deleted: rows.get('t', 'deleted'), new: rows.get('t', 'new') },
  }));
}

async function change(tables: Parameters<Parameters<Store['transact']>[0]>[0]): Promise<void> {
  await tables.put('t', 'changed', { key: 'changed', more: [1] });
  await tables.delete('t', 'deleted');
  await tables.put('t', 'deleted', { key: 'deleted', again: true });
  await tables.put('t', 'new', { key: 'new' });
}

/** Something that reports when it has come as far as its gate, and waits there. */
function gated(work: () => Promise<void>) {
  const gate = Promise.withResolvers<undefined>();
  const entered = Promise.withResolvers<undefined>();
  const wait = async (): Promise<void> => {
    entered.resolve(undefined);
    await gate.promise;
  };
  const done = Promise.resolve().then(work);
  return { wait, done, entered: entered.promise, open: () => gate.resolve(undefined) };
}
