import { expect, it } from 'vitest';
import { ClaimHeldError, HeaderMismatchError, IdempotencyKeyError } from '../../../src/store/index.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { admittedAs, createdAtMs, createdRun, headerOf, newRun, rejection, started } from './runs.ts';

const seats = { claims: ['cluster:21', 'host:1'] };
const once = { idempotency: { key: 'k1', request: 'add 2 servers' } };

export function createRunContract(store: StoreUnderTest): void {
  it('keeps header, first events and state', async () => {
    const created = await store().createRun(newRun(seats));
    const header = headerOf({ runId: 1, firstTaskId: 100_001 }, seats);
    expect(created).toEqual({ header, isExisting: false });
    expect(await store().readRun(1)).toEqual({
      header,
      events: [started()],
      fence: 1,
      state: 'RUNNING',
      updatedAtMs: createdAtMs,
    });
  });

  it('numbers runs from 1 and their tasks without a gap from 100001', async () => {
    const ids: number[][] = [];
    for (const taskCount of [21, 0, 37, 1]) {
      const { header } = await store().createRun(newRun({ taskCount }));
      ids.push([header.id, header.firstTaskId]);
    }
    const expected = [
      [1, 100_001],
      [2, 100_022],
      [3, 100_022],
      [4, 100_059],
    ];
    expect(ids).toEqual(expected);
  });

  it('gives every one of a hundred that come at once its own ids', async () => {
    const created = await Promise.all(Array.from({ length: 100 }, () => store().createRun(newRun({ taskCount: 3 }))));
    const headers = created.map(({ header }) => header).toSorted((a, b) => a.id - b.id);
    expect(headers.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(headers.map(({ firstTaskId }) => firstTaskId)).toEqual(
      Array.from({ length: 100 }, (_, index) => 100_001 + 3 * index),
    );
  });

  it('calls admit with the ids drawn, after the claims have been taken', async () => {
    const rival = store().createRun(
      newRun({
        ...seats,
        taskCount: 5,
        admit: async (ids) => {
          expect(ids).toEqual({ runId: 1, firstTaskId: 100_001 });
          return admittedAs(ids, seats);
        },
      }),
    );
    const late = rejection(
      createdRun(store(), { ...seats, admit: () => Promise.reject(new Error('admit was called')) }),
    );
    await rival;
    expect(await late).toBeInstanceOf(ClaimHeldError);
  });

  it('keeps what admit writes', async () => {
    await store().createRun(
      newRun({
        admit: async (ids, tables) => {
          await tables.put('clusters', '21', { status: 'OPERATING' });
          return admittedAs(ids);
        },
      }),
    );
    expect(await store().transact((tables) => tables.get('clusters', '21'))).toEqual({ status: 'OPERATING' });
  });

  it('writes nothing and uses up nothing when admit throws', async () => {
    const refusal = new Error('host 2 is offline');
    const refused = store().createRun(
      newRun({
        ...seats,
        ...once,
        taskCount: 21,
        admit: async (_, tables) => {
          await tables.put('clusters', '21', { status: 'OPERATING' });
          await tables.nextNumber('server');
          throw refusal;
        },
      }),
    );
    expect(await rejection(refused)).toBe(refusal);
    expect(await store().listRuns()).toEqual([]);
    expect(await store().transact((tables) => tables.list('clusters'))).toEqual([]);
    expect(await store().transact((tables) => tables.nextNumber('server'))).toBe(1);
    const { header, isExisting } = await store().createRun(
      newRun({ ...seats, idempotency: { key: 'k1', request: 'another' } }),
    );
    expect([header.id, header.firstTaskId, isExisting]).toEqual([1, 100_001, false]);
  });

  it('refuses a claim that another run holds, naming both, and uses up nothing', async () => {
    await createdRun(store(), { claims: ['host:0'] });
    await createdRun(store(), seats);
    const error = await rejection(createdRun(store(), { claims: ['host:0', 'free', 'host:1'], taskCount: 9 }));
    expect(error).toBeInstanceOf(ClaimHeldError);
    expect(error).toMatchObject({
      code: 'CLAIM_HELD',
      held: [
        { claim: 'host:0', runId: 1 },
        { claim: 'host:1', runId: 2 },
      ],
    });
    expect(String(error)).toContain('Claim "host:1" is held by run 2.');
    const { header } = await store().createRun(newRun({ claims: ['free'] }));
    expect([header.id, header.firstTaskId]).toEqual([3, 100_003]);
  });

  it('lets exactly one of a hundred that come at once have a claim', async () => {
    const runs = await Promise.allSettled(Array.from({ length: 100 }, () => createdRun(store(), seats)));
    expect(runs.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const run of runs) if (run.status === 'rejected') expect(run.reason).toBeInstanceOf(ClaimHeldError);
    expect(await store().listRuns()).toHaveLength(1);
  });

  it('takes a claim that is named twice once', async () => {
    expect(await createdRun(store(), { claims: ['cluster:21', 'cluster:21'] })).toBe(1);
  });

  it('gives the existing run for a known idempotency key, though its claims are held, without asking admit', async () => {
    const first = await store().createRun(newRun({ ...seats, ...once }));
    const admit = () => Promise.reject(new Error('admit was called'));
    expect(await store().createRun(newRun({ ...seats, ...once, admit }))).toEqual({
      header: first.header,
      isExisting: true,
    });
    expect(await store().listRuns()).toHaveLength(1);
  });

  it('makes one run of a hundred requests under one key that come at once', async () => {
    const created = await Promise.all(
      Array.from({ length: 100 }, () => store().createRun(newRun({ ...seats, ...once }))),
    );
    expect(created.filter(({ isExisting }) => !isExisting)).toHaveLength(1);
    expect(new Set(created.map(({ header }) => header.id))).toEqual(new Set([1]));
    expect(await store().listRuns()).toHaveLength(1);
  });

  it('refuses a known idempotency key with another request', async () => {
    await createdRun(store(), once);
    const error = await rejection(createdRun(store(), { idempotency: { key: 'k1', request: 'add 3 servers' } }));
    expect(error).toBeInstanceOf(IdempotencyKeyError);
    expect(error).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', runId: 1 });
    expect(await createdRun(store())).toBe(2);
  });

  it('refuses a header of other ids or claims than the run was given', async () => {
    for (const fields of [{ id: 7 }, { firstTaskId: 7 }, { claims: ['other'] }, { claims: [] }]) {
      const error = await rejection(createdRun(store(), { ...seats, fields }));
      expect(error).toBeInstanceOf(HeaderMismatchError);
    }
    expect(await store().listRuns()).toEqual([]);
  });

  it('refuses a task count that is no count', async () => {
    for (const taskCount of [-1, 1.5, Number.NaN]) {
      expect(await rejection(createdRun(store(), { taskCount }))).toBeInstanceOf(RangeError);
    }
  });

  it('keeps the creation time of a run without events', async () => {
    await createdRun(store(), { admit: async (ids) => ({ ...admittedAs(ids), events: [] }) });
    expect(await store().readRun(1)).toMatchObject({ events: [], updatedAtMs: createdAtMs });
  });
}
