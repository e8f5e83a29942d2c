import { expect, it } from 'vitest';
import type { LogLine } from '../../../src/store/index.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { createdRun } from './runs.ts';

function line(text: string, fields: Partial<LogLine> = {}): LogLine {
  return { runId: 1, task: 0, attempt: 1, atMs: 1_700_000_000_000.5, level: 'info', text, ...fields };
}

export function logContract(store: StoreUnderTest): void {
  const textsOf = async (query: Parameters<ReturnType<StoreUnderTest>['readLog']>[0]) =>
    (await store().readLog(query)).map(({ text }) => text);

  it('gives lines back as they were, in the order in which they were kept', async () => {
    const lines = [
      line('one', { level: 'debug' }),
      line('two\nlines', { task: 3, attempt: 2, level: 'warn' }),
      line('', { level: 'output' }),
      line('nul \0 and 中文 🚀'),
    ];
    store().appendLog(lines.slice(0, 1));
    store().appendLog(lines.slice(1));
    const kept = await store().readLog({ runId: 1 });
    expect(kept).toEqual(lines.map((expected, index) => ({ ...expected, sequence: index + 1 })));
  });

  it('gives each line a number that rises over all runs', async () => {
    for (const runId of [1, 2, 1]) store().appendLog([line('x', { runId }), line('y', { runId })]);
    const numbers = [...(await store().readLog({ runId: 1 })), ...(await store().readLog({ runId: 2 }))].map(
      ({ sequence }) => sequence,
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers).toEqual([1, 2, 5, 6, 3, 4]);
  });

  it('gives only lines of the run and the task that are asked for', async () => {
    store().appendLog([line('a'), line('b', { task: 1 }), line('c', { runId: 2, task: 1 }), line('d', { task: 1 })]);
    expect(await textsOf({ runId: 1, task: 1 })).toEqual(['b', 'd']);
    expect(await textsOf({ runId: 1, task: 0 })).toEqual(['a']);
    expect(await textsOf({ runId: 3 })).toEqual([]);
  });

  it('gives only lines after a number, and no more than the limit', async () => {
    store().appendLog(Array.from({ length: 1_500 }, (_, index) => line(String(index + 1))));
    expect(await textsOf({ runId: 1 })).toHaveLength(1_000);
    expect(await textsOf({ runId: 1, after: 1_400, limit: 5_000 })).toHaveLength(100);
    expect(await textsOf({ runId: 1, after: 10, limit: 2 })).toEqual(['11', '12']);
    expect(await textsOf({ runId: 1, after: 1_500 })).toEqual([]);
  });

  it('keeps lines of a run that it does not have', async () => {
    await createdRun(store());
    store().appendLog([line('lost', { runId: 77 })]);
    await store().flush();
    expect(await textsOf({ runId: 77 })).toEqual(['lost']);
  });

  it('keeps lines that were given while a transaction was under way, though it was undone', async () => {
    const undone = store().transact(async () => {
      store().appendLog([line('within')]);
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect(await textsOf({ runId: 1 })).toEqual(['within']);
  });

  it('gives lines that were kept before the call from within a transaction, without waiting for itself', async () => {
    store().appendLog([line('before')]);
    await store().flush();
    expect(await store().transact(() => textsOf({ runId: 1 }))).toEqual(['before']);
  });

  it('mends half a surrogate pair, which no file can hold', async () => {
    store().appendLog([line('a\ud800b')]);
    expect(await textsOf({ runId: 1 })).toEqual(['a\ufffdb']);
  });

  it('refuses a line without whole numbers or a time', () => {
    const wrong = [{ runId: 1.5 }, { task: Number.NaN }, { attempt: Number.POSITIVE_INFINITY }, { atMs: Number.NaN }];
    for (const fields of wrong) expect(() => store().appendLog([line('x', fields)])).toThrow(RangeError);
  });

  it('keeps what was logged when the caller changes it afterwards', async () => {
    const mine = { ...line('mine') };
    store().appendLog([mine]);
    mine.text = 'changed';
    expect(await textsOf({ runId: 1 })).toEqual(['mine']);
  });
}
