import { describe, expect, it } from 'vitest';
import { setup } from '../support/setup.ts';

describe('a time limit', () => {
  it('aborts the signal with a named reason, never early', async () => {
    const { tasks, clock } = await setup({ a: { timeoutMs: 500 } });
    const attempt = await tasks.a.nextAttempt();
    await clock.advance(499);
    expect(attempt.isAborted).toBe(false);
    await clock.advance(1);
    expect(attempt.context.signal.reason).toMatchObject({
      code: 'TASK_TIMEOUT',
      details: { task: 'a', timeoutMs: 500 },
    });
  });

  it('leaves the task RUNNING, and its slot and limits held, until the body has really ended', async () => {
    const limits = ['host:1'];
    const { tasks, clock, states } = await setup(
      { a: { timeoutMs: 500, limits, priority: 1e9 }, slot: [], limit: { limits } },
      { concurrency: 1, workflow: { onFailure: 'continue' } },
    );
    const attempt = await tasks.a.nextAttempt();
    await clock.advance(60_000);
    expect(states()).toEqual({ a: 'RUNNING', slot: 'READY', limit: 'READY' });
    await attempt.yield();
    expect(states()).toMatchObject({ a: 'FAILED' });
    expect(tasks.slot.begun + tasks.limit.begun).toBe(1);
  });

  it('fails a body that succeeds too late', async () => {
    const { tasks, clock, run } = await setup({ a: { timeoutMs: 500 } });
    const attempt = await tasks.a.nextAttempt();
    await clock.advance(501);
    await attempt.succeed('late');
    const { state, failures, outputs } = await run.outcome();
    expect([state, outputs]).toEqual(['FAILED', {}]);
    expect(failures).toMatchObject([{ task: 'a', error: { code: 'TASK_TIMEOUT' } }]);
  });

  it('tells what the body made of it when that says more', async () => {
    const { tasks, clock, run } = await setup({ a: { timeoutMs: 500 } });
    const attempt = await tasks.a.nextAttempt();
    await clock.advance(500);
    await attempt.fail(new Error('half of it is there'));
    const { failures } = await run.outcome();
    expect(failures).toMatchObject([{ error: { code: 'TASK_TIMEOUT', cause: { message: 'half of it is there' } } }]);
  });

  it('counts for each attempt anew', async () => {
    const { tasks, clock } = await setup({
      a: { timeoutMs: 500, retry: { attemptsMax: 2, backoffMs: 100, jitter: 0 } },
    });
    await clock.advance(500);
    await tasks.a.attempts[0]?.yield();
    await clock.advance(100);
    const second = await (await tasks.a.nextAttempt(), tasks.a.nextAttempt());
    await clock.advance(499);
    expect([second.attempt, second.isAborted]).toEqual([2, false]);
    await clock.advance(1);
    expect(second.isAborted).toBe(true);
  });

  it('is forgotten when the body ends in time', async () => {
    const { tasks, clock } = await setup({ a: { timeoutMs: 500 } });
    const attempt = await tasks.a.nextAttempt();
    await attempt.succeed();
    await clock.advance(10_000);
    expect(attempt.isAborted).toBe(false);
    expect(clock.timers).toBe(0);
  });

  it('does not notice that somebody sets the clock', async () => {
    const { tasks, clock } = await setup({ a: { timeoutMs: 500 } });
    clock.jump(86_400_000);
    await clock.advance(499);
    clock.jump(-90_000_000_000);
    expect((await tasks.a.nextAttempt()).isAborted).toBe(false);
    await clock.advance(1);
    expect(tasks.a.attempts[0]?.isAborted).toBe(true);
  });

  it('holds for an undo as well', async () => {
    const { engine, run, tasks, clock, states } = await setup({
      a: {
        timeoutMs: 500,
        undo: ({ signal }) =>
          new Promise((_, reject) =>
            signal.addEventListener('abort', () => {
              reject(signal.reason as Error);
            }),
          ),
      },
      b: ['a'],
    });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    await engine.rollback(run.id);
    await clock.advance(499);
    expect(states()).toMatchObject({ a: 'ROLLING_BACK' });
    await clock.advance(1);
    expect(states()).toMatchObject({ a: 'ROLLBACK_FAILED', b: 'ROLLED_BACK' });
    expect(run.snapshot().tasks[0]?.error).toMatchObject({ code: 'TASK_TIMEOUT' });
  });
});
