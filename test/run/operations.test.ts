import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { CutOffError } from '../support/cut-off-error.ts';
import { expectRefused } from '../support/expect-refused.ts';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { hasSettled, quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { WatchedStore } from '../support/watched-store.ts';

describe('retry', () => {
  it('runs failed and cancelled tasks again, and only those', async () => {
    const { tasks, engine, run, states } = await setup({ a: [], b: [], c: [], d: ['a', 'b', 'c'] });
    const b = await tasks.b.nextAttempt();
    await engine.cancel(run.id, 'b');
    await tasks.a.nextAttempt().fail();
    await tasks.c.nextAttempt().succeed();
    await b.yield();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
    await expect(engine.retry(run.id)).resolves.toMatchObject({ tasks: [{ key: 'a' }, { key: 'b' }] });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    await tasks.d.nextAttempt().succeed();
    expect([tasks.a.begun, tasks.b.begun, tasks.c.begun]).toEqual([2, 2, 1]);
    expect(states()).toEqual({ a: 'SUCCESS', b: 'SUCCESS', c: 'SUCCESS', d: 'SUCCESS' });
  });

  it('runs the task once however many ask at once', async () => {
    const { tasks, engine, run } = await setup({ a: [] });
    await tasks.a.nextAttempt().fail();
    const both = await Promise.allSettled([engine.retry(run.id), engine.retry(run.id), engine.retry(run.id, 'a')]);
    await quiet();
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(tasks.a.begun).toBe(2);
  });

  it('runs the task once however many ask a fresh engine at once', async () => {
    const { tasks, workflow, run, store } = await setup({ a: [] });
    await tasks.a.nextAttempt().fail();
    const later = createEngine({ store, workflows: [workflow], clock: new VirtualClock() });
    const both = await Promise.allSettled([later.retry(run.id), later.retry(run.id)]);
    await quiet();
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(tasks.a.begun).toBe(2);
  });

  it('lets every handle of the run go on with it', async () => {
    const { tasks, engine, run } = await setup({ a: [] });
    await tasks.a.nextAttempt().fail();
    await run.outcome();
    const heard: string[] = [];
    run.on('task', ({ to }) => heard.push(to));
    const found = await engine.run(run.id);
    await engine.retry(run.id);
    await quiet();
    expect([run.state, found?.state]).toEqual(['RUNNING', 'RUNNING']);
    await tasks.a.nextAttempt().succeed(1);
    await expect(run.outcome()).resolves.toEqual({ state: 'SUCCESS', outputs: { a: 1 }, failures: [] });
    expect(heard).toEqual(['READY', 'RUNNING', 'SUCCESS']);
  });

  it('gives no stale handle when another engine has taken the run up', async () => {
    const { tasks, workflow, run, store, engine } = await setup({ a: [] });
    await tasks.a.nextAttempt().fail();
    const other = createEngine({ store, workflows: [workflow], clock: new VirtualClock() });
    await other.retry(run.id);
    await tasks.a.nextAttempt();
    await tasks.a.attempts[1]?.succeed();
    await expect((await engine.run(run.id))?.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
    await expect(engine.retry(run.id)).rejects.toMatchObject({ code: 'OPERATION_REFUSED' });
  });

  it('while others still run takes effect at once', async () => {
    const { tasks, engine, run } = await setup({ a: [], slow: [] });
    await tasks.a.nextAttempt().fail();
    await engine.retry(run.id, 'a');
    await quiet();
    expect([run.state, tasks.a.begun]).toEqual(['RUNNING', 2]);
  });

  it('takes up a run that was cancelled before anything of it ran', async () => {
    const { workflow, tasks } = drawnWorkflow({ a: [] });
    const engine = createEngine({ clock: new VirtualClock() });
    const run = await engine.start(workflow, {});
    await engine.cancel(run.id);
    await quiet();
    expect([run.state, tasks.a.begun]).toEqual(['CANCELLED', 0]);
    await engine.retry(run.id);
    await tasks.a.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });
});

describe('skip', () => {
  it('lets dependents start, and reading the missing output throws a named error', async () => {
    const { tasks, engine, run, states } = await setup({ a: [], b: ['a'] });
    await tasks.a.nextAttempt().fail();
    await engine.skip(run.id, 'a', { by: 'kim' });
    const { context } = await tasks.b.nextAttempt();
    expect(states()).toEqual({ a: 'SKIPPED', b: 'RUNNING' });
    expect(() => (context.upstream as { a: unknown }).a).toThrow(expect.objectContaining({ code: 'OUTPUT_SKIPPED' }));
    await tasks.b.attempts[0]?.succeed();
    await expect(run.outcome()).resolves.toEqual({ state: 'SUCCESS', outputs: { b: null }, failures: [] });
  });

  it('gives dependents the stand-in that the task declares', async () => {
    const { tasks, engine, run } = await setup({ a: { skippable: { output: { ids: [] } } }, b: ['a'] });
    await tasks.a.nextAttempt().fail();
    await engine.skip(run.id, 'a');
    expect((await tasks.b.nextAttempt()).context.upstream).toEqual({ a: { ids: [] } });
  });

  it('is refused where the workflow forbids it', async () => {
    const stage = await setup({ a: { skippable: false } });
    await stage.tasks.a.nextAttempt().fail();
    await expectRefused(
      stage,
      stage.engine.skip(stage.run.id, 'a'),
      'its workflow forbids that',
      'Retry it, or roll the run back',
    );
  });

  it('of one failed task lets what waits for it go on; then the other failure is the end', async () => {
    const { tasks, engine, run } = await setup({ a: [], b: [], c: ['a'] });
    await tasks.a.nextAttempt().fail();
    await tasks.b.nextAttempt().fail();
    await engine.skip(run.id, 'a');
    await tasks.c.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED', failures: [{ task: 'b' }] });
  });
});

describe('cancel', () => {
  it('aborts what runs; the run ends when that has really ended; the rest stays as it is', async () => {
    const { tasks, engine, run, states } = await setup({ a: [], b: [], c: ['a'] });
    await expect(engine.cancel(run.id, undefined, { by: 'kim' })).resolves.toMatchObject({
      tasks: [{ key: 'a' }, { key: 'b' }],
    });
    const [a, b] = [await tasks.a.nextAttempt(), await tasks.b.nextAttempt()];
    expect(a.context.signal.reason).toMatchObject({
      code: 'TASK_CANCELLED',
      message: 'Task "a" was cancelled by kim.',
    });
    await a.yield();
    expect([states(), run.state]).toEqual([{ a: 'CANCELLED', b: 'CANCELLING', c: 'PENDING' }, 'RUNNING']);
    await b.succeed('after all');
    expect([states(), run.state]).toEqual([{ a: 'CANCELLED', b: 'SUCCESS', c: 'PENDING' }, 'CANCELLED']);
  });

  it('reaches tasks whose start is being recorded', async () => {
    const store = new WatchedStore();
    const retry = { attemptsMax: 2, backoffMs: 10, jitter: 0 };
    const { tasks, engine, run, states, clock } = await setup({ a: { retry }, b: [], c: [] }, { store });
    await tasks.a.nextAttempt().fail();
    store.hold();
    await tasks.b.nextAttempt().succeed();
    await clock.advance(10);
    const cancelled = engine.cancel(run.id);
    store.release();
    await cancelled;
    await quiet();
    expect(states()).toEqual({ a: 'CANCELLING', b: 'SUCCESS', c: 'CANCELLING' });
    expect([tasks.a.begun, tasks.a.attempts[1]?.isAborted]).toEqual([2, true]);
  });

  it('makes no automatic attempt afterwards', async () => {
    const { tasks, engine, run, clock } = await setup({ a: { retry: { attemptsMax: 5, backoffMs: 10 } } });
    await engine.cancel(run.id);
    await (await tasks.a.nextAttempt()).yield();
    await clock.advance(1e6);
    expect([run.state, tasks.a.begun]).toEqual(['CANCELLED', 1]);
  });

  it('of a run that waits for a backoff ends it', async () => {
    const { tasks, engine, run, clock } = await setup({ a: { retry: { attemptsMax: 5, backoffMs: 10 } } });
    await tasks.a.nextAttempt().fail();
    await engine.cancel(run.id);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'CANCELLED' });
    expect(clock.timers).toBe(0);
  });

  it('of one task leaves the others running', async () => {
    const { tasks, engine, run, states } = await setup({ a: [], b: [] });
    await engine.cancel(run.id, 'a');
    await (await tasks.a.nextAttempt()).yield();
    expect(states()).toEqual({ a: 'CANCELLED', b: 'RUNNING' });
    await tasks.b.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
  });

  it('does not run a body whose check was still looking', async () => {
    const looking = Promise.withResolvers<'needed'>();
    const { tasks, engine, run } = await setup({ a: { check: () => looking.promise } });
    await engine.cancel(run.id);
    looking.resolve('needed');
    await expect(run.outcome()).resolves.toMatchObject({ state: 'CANCELLED' });
    expect(tasks.a.begun).toBe(0);
  });
});

describe('pause', () => {
  it('starts nothing and lets what runs end; resume goes on', async () => {
    const { tasks, engine, run, states } = await setup({ a: [], b: ['a'] });
    await engine.pause(run.id);
    await tasks.a.nextAttempt().succeed();
    expect([run.state, states()]).toEqual(['PAUSED', { a: 'SUCCESS', b: 'READY' }]);
    await engine.resume(run.id);
    await tasks.b.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });

  it('right after the start holds everything back', async () => {
    const { workflow, tasks } = drawnWorkflow({ a: [] });
    const engine = createEngine({ clock: new VirtualClock() });
    const run = await engine.start(workflow, {});
    await engine.pause(run.id);
    await quiet();
    expect([run.state, tasks.a.begun]).toEqual(['PAUSED', 0]);
  });

  it('holds back an automatic attempt that comes due, which starts on resume', async () => {
    const { tasks, engine, run, clock } = await setup({ a: { retry: { attemptsMax: 2, backoffMs: 10, jitter: 0 } } });
    await tasks.a.nextAttempt().fail();
    await engine.pause(run.id);
    await clock.advance(1_000);
    expect(tasks.a.begun).toBe(1);
    await engine.resume(run.id);
    await quiet();
    expect(tasks.a.begun).toBe(2);
  });
});

describe('resolve', () => {
  it('as success records the output and lets dependents start', async () => {
    const { tasks, engine, run } = await setup({ a: [], b: ['a'] });
    await tasks.a.nextAttempt().fail(new CutOffError());
    await engine.resolve(run.id, 'a', { as: 'success', output: { id: 1 } });
    expect((await tasks.b.nextAttempt()).context.upstream).toEqual({ a: { id: 1 } });
  });

  it('as failed fails the run with who said so', async () => {
    const { tasks, engine, run } = await setup({ a: [], b: ['a'] });
    await tasks.a.nextAttempt().fail(new CutOffError());
    await engine.resolve(run.id, 'a', { as: 'failed', reason: 'the package is not there' }, { by: 'kim' });
    expect(await run.outcome()).toMatchObject({
      state: 'FAILED',
      failures: [
        { error: { code: 'RESOLVED_FAILED', message: 'kim resolved the task as failed: the package is not there.' } },
      ],
    });
  });

  it('holds the output to what outputs are', async () => {
    const { tasks, engine, run, states } = await setup({ a: [] });
    await tasks.a.nextAttempt().fail(new CutOffError());
    await expect(engine.resolve(run.id, 'a', { as: 'success', output: Number.NaN })).rejects.toMatchObject({
      code: 'INVALID_OUTPUT',
    });
    expect(states()).toEqual({ a: 'UNKNOWN' });
  });

  it('is what a cancelled run with an UNKNOWN task waits for', async () => {
    const { tasks, engine, run } = await setup({ a: [], b: [] });
    await tasks.a.nextAttempt().fail(new CutOffError());
    await engine.cancel(run.id);
    await (await tasks.b.nextAttempt()).yield();
    expect(await hasSettled(run.outcome())).toBe(false);
    await engine.resolve(run.id, 'a', { as: 'failed' });
    await expect(run.outcome()).resolves.toMatchObject({ state: 'CANCELLED' });
  });
});
