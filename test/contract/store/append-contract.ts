import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../../src/state/index.ts';
import { ClaimHeldError, UnknownRunError } from '../../../src/store/index.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { createdAtMs, createdRun, eventsOf, newRun, rejection, started, taskStarted } from './runs.ts';

const claims = ['cluster:21'];

export function appendContract(store: StoreUnderTest): void {
  it('adds events in order, and keeps the state and the time of the last one', async () => {
    await createdRun(store());
    await store().append({ fence: 1, runId: 1, events: [taskStarted(0), taskStarted(1)], state: 'RUNNING' });
    await store().append({
      fence: 1,
      runId: 1,
      events: [{ type: 'run-paused', atMs: createdAtMs + 9, by: 'ops' }],
      state: 'PAUSED',
    });
    expect(await store().readRun(1)).toMatchObject({
      events: [started(), taskStarted(0), taskStarted(1), { type: 'run-paused', atMs: createdAtMs + 9, by: 'ops' }],
      state: 'PAUSED',
      updatedAtMs: createdAtMs + 9,
    });
  });

  it('gives back any event as it was', async () => {
    const output = fc.oneof(
      fc.jsonValue({ maxDepth: 3, depthSize: 'small' }),
      fc.constantFrom('\0', '\ud800', '__proto__', { __proto__: 1 }, JSON.parse('{"__proto__":{"a":1}}')),
    );
    const event = fc.record({
      type: fc.constant('task-succeeded' as const),
      task: fc.nat(),
      atMs: fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
      output: output.map((value) => JSON.parse(JSON.stringify(value)) as never),
    });
    const journals = fc.array(event, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(journals, async (events) => {
        const runId = await createdRun(store());
        await store().append({ fence: 1, runId, events, state: 'RUNNING' });
        const [, ...kept] = await eventsOf(store(), runId);
        expect(kept).toEqual(events);
        expect(JSON.stringify(kept)).toBe(JSON.stringify(events));
      }),
      { numRuns: 50 },
    );
  });

  it('never interleaves the events of commits that come at once', async () => {
    await Promise.all([createdRun(store()), createdRun(store())]);
    const commits = Array.from({ length: 60 }, (_, index) => ({
      runId: 1 + (index % 2),
      events: [taskStarted(index, 1), taskStarted(index, 2), taskStarted(index, 3)],
    }));
    await Promise.all(commits.map((commit) => store().append({ fence: 1, ...commit, state: 'RUNNING' })));
    for (const runId of [1, 2]) {
      const expected = commits.filter((commit) => commit.runId === runId).flatMap(({ events }) => events);
      expect(await eventsOf(store(), runId)).toEqual([started(), ...expected]);
    }
  });

  it('keeps what was appended when the caller changes it afterwards', async () => {
    await createdRun(store());
    const output = { hostIds: [1] };
    const events: RunEvent[] = [{ type: 'task-succeeded', task: 0, output, atMs: 1 }];
    const appended = store().append({ fence: 1, runId: 1, events, state: 'RUNNING' });
    output.hostIds.push(2);
    events.push(taskStarted(1));
    await appended;
    output.hostIds.push(3);
    expect((await eventsOf(store(), 1))[1]).toEqual({
      type: 'task-succeeded',
      task: 0,
      output: { hostIds: [1] },
      atMs: 1,
    });
    expect(await eventsOf(store(), 1)).toHaveLength(2);
  });

  it('keeps what was recorded when a reader changes what it was given', async () => {
    await createdRun(store());
    await store().append({
      fence: 1,
      runId: 1,
      events: [{ type: 'task-succeeded', task: 0, output: [1], atMs: 1 }],
      state: 'RUNNING',
    });
    const before = JSON.stringify(await store().readRun(1));
    const given = await store().readRun(1);
    for (const vandal of [
      () => (given?.events as RunEvent[]).pop(),
      () => Object.assign((given?.events ?? [])[0] ?? {}, { atMs: 0 }),
      () => Object.assign(given?.header ?? {}, { id: 0 }),
      () => Object.assign(given?.header.creator ?? {}, { id: 0 }),
    ]) {
      try {
        vandal();
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }
    expect(JSON.stringify(await store().readRun(1))).toBe(before);
  });

  it('changes the state without events', async () => {
    await createdRun(store());
    await store().append({ fence: 1, runId: 1, events: [], state: 'PAUSED' });
    expect(await store().readRun(1)).toMatchObject({ state: 'PAUSED', events: [started()], updatedAtMs: createdAtMs });
  });

  it('refuses a run that it does not have, naming it', async () => {
    await createdRun(store());
    const commit = { fence: 1, runId: 42, events: [taskStarted(0)], state: 'RUNNING' } as const;
    const also = () => Promise.reject(new Error('also was called'));
    for (const unknown of [commit, { ...commit, also }, { ...commit, claims: 'take' as const }]) {
      const error = await rejection(store().append(unknown));
      expect(error).toBeInstanceOf(UnknownRunError);
      expect(error).toMatchObject({ code: 'UNKNOWN_RUN', runId: 42 });
    }
    expect(await store().readRun(42)).toBeUndefined();
  });

  it('refuses one of many commits that come at once without touching the others', async () => {
    await createdRun(store());
    const commits = Array.from({ length: 30 }, (_, index) =>
      store().append({ fence: 1, runId: index % 3 === 0 ? 42 : 1, events: [taskStarted(index)], state: 'RUNNING' }),
    );
    const settled = await Promise.allSettled(commits);
    expect(settled.map(({ status }) => status)).toEqual(
      commits.map((_, index) => (index % 3 === 0 ? 'rejected' : 'fulfilled')),
    );
    expect(await eventsOf(store(), 1)).toHaveLength(21);
  });

  it('commits writes to tables with the events, or neither', async () => {
    await createdRun(store());
    const refusal = new Error('no');
    const events = [taskStarted(0)];
    const refused = store().append({
      fence: 1,
      runId: 1,
      events,
      state: 'FAILED',
      claims: 'release',
      also: async (tables) => {
        await tables.put('hosts', '1', { status: 'AVAILABLE' });
        throw refusal;
      },
    });
    expect(await rejection(refused)).toBe(refusal);
    expect(await store().readRun(1)).toMatchObject({ events: [started()], state: 'RUNNING' });
    expect(await store().transact((tables) => tables.list('hosts'))).toEqual([]);
    const also = async (
      tables: Parameters<NonNullable<Parameters<ReturnType<StoreUnderTest>['append']>[0]['also']>>[0],
    ) => tables.put('hosts', '1', { status: 'AVAILABLE' });
    await store().append({ fence: 1, runId: 1, events, state: 'FAILED', also });
    expect(await store().readRun(1)).toMatchObject({ events: [started(), ...events], state: 'FAILED' });
    expect(await store().transact((tables) => tables.list('hosts'))).toEqual([{ status: 'AVAILABLE' }]);
  });

  it('frees all claims of a run with release, and takes them again with take', async () => {
    const both = ['cluster:21', 'host:1'];
    await createdRun(store(), { claims: both });
    await store().append({ fence: 1, runId: 1, events: [], state: 'FAILED', claims: 'release' });
    await createdRun(store(), { claims: ['host:1'] });
    await store().append({ fence: 1, runId: 2, events: [], state: 'SUCCESS', claims: 'release' });
    await store().append({ fence: 1, runId: 1, events: [], state: 'RUNNING', claims: 'take' });
    for (const claim of both)
      expect(await rejection(createdRun(store(), { claims: [claim] }))).toBeInstanceOf(ClaimHeldError);
  });

  it('releases no claim of another run', async () => {
    await createdRun(store(), { claims });
    await createdRun(store(), { claims: ['cluster:22'] });
    await store().append({ fence: 1, runId: 2, events: [], state: 'SUCCESS', claims: 'release' });
    expect(await rejection(createdRun(store(), { claims }))).toMatchObject({
      held: [{ claim: 'cluster:21', runId: 1 }],
    });
  });

  it('keeps claims where they are when nothing is said of them', async () => {
    await createdRun(store(), { claims });
    await store().append({ fence: 1, runId: 1, events: [], state: 'FAILED' });
    expect(await rejection(createdRun(store(), { claims }))).toBeInstanceOf(ClaimHeldError);
  });

  it('refuses take when another run holds one of the claims, with nothing written', async () => {
    await createdRun(store(), { claims: ['a', 'b'] });
    await store().append({ fence: 1, runId: 1, events: [], state: 'FAILED', claims: 'release' });
    await createdRun(store(), { claims: ['b'] });
    const also = () => Promise.reject(new Error('also was called'));
    const taken = store().append({
      fence: 1,
      runId: 1,
      events: [taskStarted(0)],
      state: 'RUNNING',
      claims: 'take',
      also,
    });
    expect(await rejection(taken)).toMatchObject({ code: 'CLAIM_HELD', held: [{ claim: 'b', runId: 2 }] });
    expect(await store().readRun(1)).toMatchObject({ events: [started()], state: 'FAILED' });
    expect((await store().createRun(newRun({ claims: ['a'] }))).isExisting).toBe(false);
  });

  it('takes and releases what a run holds or does not hold already', async () => {
    await createdRun(store(), { claims });
    const fence = await store().append({ fence: 1, runId: 1, events: [], state: 'RUNNING', claims: 'take' });
    await store().append({ fence, runId: 1, events: [], state: 'FAILED', claims: 'release' });
    await store().append({ fence, runId: 1, events: [], state: 'FAILED', claims: 'release' });
    expect(await createdRun(store(), { claims })).toBe(2);
  });

  it('gives the claims back to nobody when a commit that takes or releases them is undone', async () => {
    await createdRun(store(), { claims });
    const also = () => Promise.reject(new Error('no'));
    await rejection(store().append({ fence: 1, runId: 1, events: [], state: 'FAILED', claims: 'release', also }));
    expect(await rejection(createdRun(store(), { claims }))).toBeInstanceOf(ClaimHeldError);
  });
}
