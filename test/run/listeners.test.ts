import { describe, expect, it } from 'vitest';
import type { Logger } from '../../src/run/index.ts';
import { setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { WatchedStore } from '../support/watched-store.ts';

function reporting(): {
  readonly logger: Logger;
  readonly errors: { readonly fields: object; readonly message: string }[];
} {
  const errors: { readonly fields: object; readonly message: string }[] = [];
  const nothing = (): void => {};
  return {
    errors,
    logger: {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (fields, message) => errors.push({ fields, message }),
    },
  };
}

describe('listeners', () => {
  it('are told only what has been recorded', async () => {
    const store = new WatchedStore();
    const { tasks, told, states } = await setup({ a: [], b: ['a'] }, { store });
    store.hold();
    const before = told.length;
    await tasks.a.nextAttempt().succeed();
    expect([told.length, states()['a'], tasks.b.begun]).toEqual([before, 'RUNNING', 0]);
    store.release();
    await quiet();
    expect(told.slice(before)).toMatchObject([
      { kind: 'task', task: { key: 'a' }, from: 'RUNNING', to: 'SUCCESS' },
      { kind: 'task', task: { key: 'b' }, from: 'PENDING', to: 'READY', event: 'task-succeeded' },
      { kind: 'task', task: { key: 'b' }, from: 'READY', to: 'RUNNING' },
    ]);
  });

  it('are told no body before its start is recorded', async () => {
    const store = new WatchedStore();
    store.hold();
    const { tasks } = await setup({ a: [] }, { store });
    expect(tasks.a.begun).toBe(0);
    store.release();
    await quiet();
    expect(tasks.a.begun).toBe(1);
  });

  it('see a run that agrees with what they are told', async () => {
    const { tasks, run } = await setup({ a: [], b: ['a'] });
    const seen: unknown[] = [];
    run.on('task', ({ task, to }) => seen.push([to, run.snapshot().tasks[task.index]?.state]));
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    expect(seen).toEqual([
      ['SUCCESS', 'SUCCESS'],
      ['READY', 'READY'],
      ['RUNNING', 'RUNNING'],
      ['FAILED', 'FAILED'],
    ]);
  });

  it('share one sequence number per event, which rises without gaps', async () => {
    const { tasks, told, journal } = await setup({ a: [], b: ['a'] });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    const sequences = told.flatMap((notice) => ('sequence' in notice ? [notice.sequence] : []));
    expect(sequences).toEqual([1, 1, 2, 3, 3, 4, 5, 6]);
    expect(await journal()).toHaveLength(6);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    [
      'throws what is no error',
      () => {
        throw 1n as unknown as Error;
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
    [
      'gives a promise of another make that rejects',
      () => ({
        then: (_: unknown, reject: (e: Error) => void) => {
          reject(new Error('listener'));
        },
      }),
    ],
  ])('one that %s is reported and reaches nobody else', async (_, listener: () => unknown) => {
    const { logger, errors } = reporting();
    const { tasks, run, engine } = await setup({ a: [] }, { logger });
    const heard: string[] = [];
    run.on('task', listener);
    run.on('task', ({ to }) => heard.push(to));
    engine.on('task', listener);
    engine.on('task', ({ to }) => heard.push(`engine ${to}`));
    await tasks.a.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
    await quiet();
    expect(heard).toEqual(['SUCCESS', 'engine SUCCESS']);
    expect(errors.map(({ message }) => message)).toEqual(['a listener failed', 'a listener failed']);
  });

  it('one that never settles is not waited for', async () => {
    const { tasks, run } = await setup({ a: [] });
    run.on('task', () => new Promise(() => {}));
    await tasks.a.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });

  it('one that asks the engine for something from within is served', async () => {
    const { tasks, engine, run } = await setup({ a: [], b: ['a'] });
    const asked: Promise<unknown>[] = [];
    run.on('task', ({ to }) => {
      if (to === 'SUCCESS') asked.push(engine.pause(run.id));
    });
    await tasks.a.nextAttempt().succeed();
    await Promise.all(asked);
    expect([run.state, tasks.b.begun]).toEqual(['PAUSED', 0]);
    await engine.resume(run.id);
    await quiet();
    expect(tasks.b.begun).toBe(1);
  });

  it('unsubscribe with what on() gave them, twice if they like', async () => {
    const { tasks, run, engine } = await setup({ a: [] });
    const heard: string[] = [];
    const stop = run.on('task', () => heard.push('run'));
    const stopToo = engine.on('task', () => heard.push('engine'));
    for (const call of [stop, stop, stopToo, stopToo]) call();
    await tasks.a.nextAttempt().succeed();
    expect(heard).toEqual([]);
  });
});

it('a logger that throws reaches nobody', async () => {
  const broken = (): never => {
    throw new Error('the log’s disk is full');
  };
  const { tasks, run } = await setup(
    { a: [] },
    { logger: { debug: broken, info: broken, warn: broken, error: broken } },
  );
  run.on('task', broken);
  await tasks.a.nextAttempt().succeed();
  await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
});
