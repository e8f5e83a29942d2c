import { expect, it } from 'vitest';
import { NestedTransactionError, TransactionEndedError } from '../../../src/store/index.ts';
import type { Tables } from '../../../src/workflow/index.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { admittedAs, createdRun, newRun, rejection } from './runs.ts';

export function tablesContract(store: StoreUnderTest): void {
  it('gives the result of the work once it is committed', async () => {
    expect(await store().transact(async () => 42)).toBe(42);
  });

  it('shows a transaction its own writes', async () => {
    await store().transact(async (tables) => {
      await tables.put('hosts', '1', { id: 1 });
      expect(await tables.get('hosts', '1')).toEqual({ id: 1 });
      await tables.put('hosts', '1', { id: 1, status: 'AVAILABLE' });
      expect(await tables.list('hosts')).toEqual([{ id: 1, status: 'AVAILABLE' }]);
      await tables.delete('hosts', '1');
      expect(await tables.get('hosts', '1')).toBeUndefined();
      expect(await tables.list('hosts')).toEqual([]);
    });
  });

  it('undoes everything when the work throws', async () => {
    await store().transact(async (tables) => {
      for (const key of ['a', 'b', 'c']) await tables.put('t', key, { key });
    });
    const refusal = new Error('no');
    const undone = store().transact(async (tables) => {
      await tables.delete('t', 'a');
      await tables.put('t', 'b', { key: 'changed' });
      await tables.put('t', 'd', { key: 'd' });
      await tables.nextNumber('s');
      throw refusal;
    });
    expect(await rejection(undone)).toBe(refusal);
    const after = await store().transact((tables) => tables.list('t'));
    expect(after).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c' }]);
    expect(await store().transact((tables) => tables.nextNumber('s'))).toBe(1);
  });

  it('undoes everything when the work throws before it waits for anything', async () => {
    const refusal = new Error('at once');
    const work = (): Promise<void> => {
      throw refusal;
    };
    expect(await rejection(store().transact(work))).toBe(refusal);
    expect(await store().transact(async () => 'next')).toBe('next');
  });

  it('lists rows in the order in which their keys were first put', async () => {
    await store().transact(async (tables) => {
      for (const key of ['10', '9', 'b', 'a']) await tables.put('t', key, { key });
      await tables.put('t', '9', { key: '9', again: true });
    });
    await store().transact(async (tables) => {
      await tables.delete('t', 'b');
      await tables.put('t', 'b', { key: 'b' });
    });
    const listed = await store().transact((tables) => tables.list('t'));
    expect(listed).toEqual([{ key: '10' }, { key: '9', again: true }, { key: 'a' }, { key: 'b' }]);
  });

  it('takes any text as the name of a table, a key or a sequence', async () => {
    const names = ['', '__proto__', 'constructor', '10', 'a\0b', 'a', 'run', 'task', "'; DROP TABLE runs", '中文'];
    await store().transact(async (tables) => {
      for (const table of names) for (const key of names) await tables.put(table, key, { table, key });
    });
    await store().transact(async (tables) => {
      for (const table of names) {
        for (const key of names) expect(await tables.get(table, key)).toEqual({ table, key });
        expect(await tables.list(table)).toHaveLength(names.length);
        expect(await tables.nextNumber(table)).toBe(1);
      }
    });
    expect(await createdRun(store())).toBe(1);
  });

  it('counts each sequence from 1', async () => {
    const draw = (sequence: string) => store().transact((tables) => tables.nextNumber(sequence));
    expect([await draw('server'), await draw('server'), await draw('host'), await draw('server')]).toEqual([
      1, 2, 1, 3,
    ]);
  });

  it('serialises transactions that come at once', async () => {
    await store().transact((tables) => tables.put('t', 'counter', { count: 0 }));
    const increment = async (tables: Tables): Promise<void> => {
      const count = Number((await tables.get('t', 'counter'))?.['count']);
      await Promise.resolve();
      await tables.put('t', 'counter', { count: count + 1 });
    };
    await Promise.all(Array.from({ length: 50 }, () => store().transact(increment)));
    expect(await store().transact((tables) => tables.get('t', 'counter'))).toEqual({ count: 50 });
  });

  it('keeps rows when the caller changes what it gave or was given', async () => {
    const row = { hosts: [1] };
    await store().transact(async (tables) => {
      await tables.put('t', 'k', row);
      row.hosts.push(2);
      const given = (await tables.get('t', 'k')) as unknown as typeof row;
      try {
        given.hosts.push(3);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
      expect(await tables.get('t', 'k')).toEqual({ hosts: [1] });
    });
  });

  it('refuses tables whose transaction has ended', async () => {
    const kept: Tables[] = [];
    await store().transact(async (tables) => void kept.push(tables));
    await rejection(
      store().transact(async (tables) => {
        kept.push(tables);
        throw new Error('no');
      }),
    );
    await store().createRun(
      newRun({
        admit: async (ids, tables) => {
          kept.push(tables);
          return admittedAs(ids);
        },
      }),
    );
    for (const tables of kept) {
      const late = [
        tables.get('t', 'k'),
        tables.put('t', 'k', {}),
        tables.delete('t', 'k'),
        tables.list('t'),
        tables.nextNumber('s'),
      ];
      for (const call of late) expect(await rejection(call)).toBeInstanceOf(TransactionEndedError);
    }
    expect(kept).toHaveLength(3);
  });

  it('refuses calls from within its own callback that would wait for themselves', async () => {
    await createdRun(store());
    const nested = (): Promise<unknown>[] => [
      store().transact(async () => undefined),
      store().createRun(newRun()),
      store().append({ fence: 1, runId: 1, events: [], state: 'RUNNING' }),
      store().flush(),
      store().close(),
    ];
    const refuseAll = async (): Promise<void> => {
      for (const call of nested()) expect(await rejection(call)).toBeInstanceOf(NestedTransactionError);
    };
    await store().transact(refuseAll);
    await store().append({ fence: 1, runId: 1, events: [], state: 'RUNNING', also: refuseAll });
    await store().createRun(newRun({ admit: async (ids) => refuseAll().then(() => admittedAs(ids)) }));
    expect(await store().listRuns()).toHaveLength(2);
  });

  it('lets work that a callback has started commit after the transaction has ended', async () => {
    let release = (): void => undefined;
    const ended = new Promise<void>((resolve) => (release = resolve));
    let later: Promise<string> | undefined;
    await store().transact(async () => {
      later = ended.then(() => store().transact(async () => 'later'));
    });
    release();
    expect(await later).toBe('later');
  });
}
