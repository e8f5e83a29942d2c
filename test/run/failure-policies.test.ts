import { describe, expect, it } from 'vitest';
import { setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { WatchedStore } from '../support/watched-store.ts';

//  bad        other -> after
const drawing = { bad: [], other: [], after: ['other'] };

describe('finish-running', () => {
  it('lets running tasks drain and starts nothing new', async () => {
    const { tasks, run, states } = await setup(drawing);
    await tasks.bad.nextAttempt().fail();
    expect(run.state).toBe('RUNNING');
    await tasks.other.nextAttempt().succeed();
    expect(states()).toEqual({ bad: 'FAILED', other: 'SUCCESS', after: 'READY' });
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
    expect(tasks.after.begun).toBe(0);
  });

  it('starts nothing after a failure in journal order, though its start had been asked for', async () => {
    const store = new WatchedStore();
    const { tasks, journal } = await setup({ first: [], bad: [], ...{ next: ['first'] } }, { store });
    store.hold();
    await tasks.first.nextAttempt().succeed();
    await tasks.bad.nextAttempt().fail();
    store.release();
    await quiet();
    const types = (await journal()).map((event) => ('task' in event ? `${event.type} ${event.task}` : event.type));
    expect(types.slice(types.indexOf('task-failed 1'))).toEqual(['task-failed 1', 'run-settled']);
    expect(tasks.next.begun).toBe(0);
  });

  it('settles only when nothing is in flight', async () => {
    const { tasks, run } = await setup(drawing);
    let isOver = false;
    void run.outcome().then(() => {
      isOver = true;
    });
    await tasks.bad.nextAttempt().fail();
    expect(isOver).toBe(false);
    await tasks.other.nextAttempt().fail();
    expect(isOver).toBe(true);
    expect((await run.outcome()).failures.map(({ task }) => task)).toEqual(['bad', 'other']);
  });
});

describe('continue', () => {
  it('lets branches that do not depend on the failed task go on', async () => {
    const { tasks, run, states } = await setup({ ...drawing, never: ['bad'] }, { workflow: { onFailure: 'continue' } });
    await tasks.bad.nextAttempt().fail();
    await tasks.other.nextAttempt().succeed();
    await tasks.after.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED', outputs: { other: null, after: null } });
    expect(states()).toEqual({ bad: 'FAILED', other: 'SUCCESS', after: 'SUCCESS', never: 'PENDING' });
  });
});

describe('abort-running', () => {
  const workflow = { onFailure: 'abort-running' } as const;

  it('aborts what runs, and waits until it has really ended', async () => {
    const { tasks, run, states } = await setup(drawing, { workflow });
    const other = await tasks.other.nextAttempt();
    await tasks.bad.nextAttempt().fail();
    expect(other.context.signal.reason).toMatchObject({ code: 'TASK_CANCELLED' });
    expect([states()['other'], run.state]).toEqual(['CANCELLING', 'RUNNING']);
    await other.yield();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
    expect(states()).toEqual({ bad: 'FAILED', other: 'CANCELLED', after: 'PENDING' });
  });

  it('is about what fails, not about a task that an operator cancels beside an old failure', async () => {
    const { tasks, engine, run, states } = await setup({ a: [], b: [], c: [] }, { workflow });
    await tasks.a.nextAttempt().fail();
    for (const task of [tasks.b, tasks.c]) await (await task.nextAttempt()).yield();
    await engine.retry(run.id, 'b');
    await engine.retry(run.id, 'c');
    const [b, c] = [await tasks.b.nextAttempt(), await tasks.c.nextAttempt()];
    await engine.cancel(run.id, 'c');
    await c.yield();
    expect([states(), b.isAborted]).toEqual([{ a: 'FAILED', b: 'RUNNING', c: 'CANCELLED' }, false]);
    await b.succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED', failures: [{ task: 'a' }, { task: 'c' }] });
  });

  it('takes a success that comes after all', async () => {
    const { tasks, run, states } = await setup(drawing, { workflow });
    await tasks.bad.nextAttempt().fail();
    await tasks.other.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
    expect(states()).toEqual({ bad: 'FAILED', other: 'SUCCESS', after: 'READY' });
  });
});

describe('the end of a run', () => {
  it('is recorded once, though something else is recorded between its last task and its end', async () => {
    const store = new WatchedStore();
    const { tasks, engine, run, journal } = await setup({ a: [] }, { store });
    store.hold();
    await tasks.a.nextAttempt().succeed();
    const paused = engine.pause(run.id);
    store.release();
    await paused;
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
    await quiet();
    const types = (await journal()).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['task-succeeded', 'run-paused', 'run-settled']);
    expect(run.state).toBe('SUCCESS');
  });

  it('does not come when a retry came first', async () => {
    const store = new WatchedStore();
    const { tasks, engine, run, journal } = await setup({ a: [] }, { store });
    store.hold();
    await tasks.a.nextAttempt().fail();
    const retried = engine.retry(run.id);
    await quiet();
    store.release();
    await retried;
    await tasks.a.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
    expect((await journal()).filter(({ type }) => type === 'run-settled')).toHaveLength(1);
  });
});
