import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/run/backoff.ts';
import { setup } from '../support/setup.ts';

const retry = { attemptsMax: 3, backoffMs: 1_000, backoffFactor: 3, backoffMaxMs: 60_000, jitter: 0 };

describe('automatic retry', () => {
  it('leaves the task READY with the time of its next attempt, which is recorded', async () => {
    const { tasks, run, clock, journal, told } = await setup({ a: { retry } });
    await clock.advance(250);
    await tasks.a.nextAttempt().fail(new Error('not yet'));
    const retryAtMs = clock.nowMs() + 1_000;
    expect(run.snapshot().tasks[0]).toMatchObject({
      state: 'READY',
      attempt: 1,
      retryAtMs,
      error: { message: 'not yet' },
    });
    expect((await journal()).at(-1)).toMatchObject({ type: 'task-failed', retryAtMs });
    expect(told.at(-1)).toMatchObject({ kind: 'task', from: 'RUNNING', to: 'READY', attempt: 1, retryAtMs });
  });

  it('waits longer each time, never less than recorded, then gives up', async () => {
    const { tasks, run, clock } = await setup({ a: { retry } });
    for (const [attempt, waitMs] of [
      [1, 1_000],
      [2, 3_000],
    ] as const) {
      await tasks.a.nextAttempt().fail();
      await clock.advance(waitMs - 1);
      expect(tasks.a.begun).toBe(attempt);
      await clock.advance(1);
      expect(tasks.a.begun).toBe(attempt + 1);
    }
    await tasks.a.nextAttempt().fail();
    await clock.advance(1e9);
    expect(tasks.a.begun).toBe(3);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
  });

  it('draws jitter off the wait, and records what came of it', async () => {
    const { tasks, clock, journal } = await setup({ a: { retry: { ...retry, jitter: 0.5 } } }, { random: () => 0.5 });
    await tasks.a.nextAttempt().fail();
    expect((await journal()).at(-1)).toMatchObject({ retryAtMs: clock.nowMs() + 750 });
  });

  it('lets independent tasks go on meanwhile, and does not hold the slot', async () => {
    const { tasks } = await setup({ a: { retry, priority: 1e9 }, b: [] }, { concurrency: 1 });
    await tasks.a.nextAttempt().fail();
    expect(tasks.b.begun).toBe(1);
  });

  it('is not made in a run that another failure has ended', async () => {
    const { tasks, run, clock } = await setup({ a: { retry }, b: [] });
    await tasks.a.nextAttempt().fail();
    await tasks.b.nextAttempt().fail();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED', failures: [{ task: 'b' }] });
    expect(clock.timers).toBe(0);
    await clock.advance(1e9);
    expect(tasks.a.begun).toBe(1);
  });

  it('waits as long as it has to after the run is taken up again', async () => {
    const { tasks, engine, run, clock } = await setup({ a: { retry: { ...retry, backoffMs: 10_000 } }, b: [] });
    await tasks.a.nextAttempt().fail();
    await tasks.b.nextAttempt().fail();
    await clock.advance(4_000);
    await engine.retry(run.id);
    await clock.advance(5_999);
    expect([tasks.a.begun, tasks.b.begun]).toEqual([1, 2]);
    await clock.advance(1);
    expect(tasks.a.begun).toBe(2);
  });

  it('counts from an operator’s retry on, while attempts are numbered through', async () => {
    const { tasks, engine, run, clock } = await setup({ a: { retry: { ...retry, attemptsMax: 2 } } });
    await tasks.a.nextAttempt().fail();
    await clock.advance(1_000);
    await tasks.a.nextAttempt().fail();
    await run.outcome();
    await engine.retry(run.id);
    const third = await tasks.a.nextAttempt();
    expect(third.attempt).toBe(3);
    await third.fail();
    expect(run.snapshot().tasks[0]).toMatchObject({ state: 'READY', attempt: 3 });
    await clock.advance(1_000);
    await tasks.a.nextAttempt().fail();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
    expect(tasks.a.begun).toBe(4);
  });

  it('gives bodies their attempt, and a token for it', async () => {
    const { tasks, clock } = await setup({ a: { retry } });
    const first = await tasks.a.nextAttempt();
    await first.fail();
    await clock.advance(1_000);
    const second = await tasks.a.nextAttempt();
    expect([first.context.attempt, second.context.attempt]).toEqual([1, 2]);
    expect(first.context.token).toMatch(/^[\w-]+$/);
  });
});

describe('backoffMs', () => {
  it('is 0 for ever when it begins with 0, also where the factor overflows', () => {
    const never = { ...retry, attemptsMax: 5_000, backoffMs: 0 };
    expect([1, 2, 1_100, 4_999].map((done) => backoffMs(never, done, 0))).toEqual([0, 0, 0, 0]);
  });

  it('grows to its maximum and stays there', () => {
    const many = { ...retry, attemptsMax: 5_000 };
    expect([1, 2, 3, 4, 5, 4_999].map((done) => backoffMs(many, done, 0))).toEqual([
      1_000, 3_000, 9_000, 27_000, 60_000, 60_000,
    ]);
  });

  it('says when no attempt is left', () => {
    expect(backoffMs(retry, 3, 0)).toBeUndefined();
  });
});
