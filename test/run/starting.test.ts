import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('starting tasks', () => {
  it('starts a task as soon as its own upstreams are done', async () => {
    //  a -> c     b -> d
    const { tasks, run, states } = await setup({ a: [], b: [], c: ['a'], d: ['b'] });
    await tasks.a.nextAttempt().succeed();
    expect(states()).toEqual({ a: 'SUCCESS', b: 'RUNNING', c: 'RUNNING', d: 'PENDING' });
    await tasks.c.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    await tasks.d.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', failures: [] });
  });

  it('never lets a wave hold a task back', async () => {
    //  slow        quick -> next -> last
    const { tasks } = await setup({ slow: [], quick: [], next: ['quick'], last: ['next'] });
    await tasks.quick.nextAttempt().succeed();
    await tasks.next.nextAttempt().succeed();
    expect(tasks.slow.begun).toBe(1);
    expect(tasks.last.begun).toBe(1);
  });

  it('starts a join when the last of its upstreams is done, and once', async () => {
    const { tasks } = await setup({ a: [], b: [], join: ['a', 'b'] });
    await tasks.a.nextAttempt().succeed();
    expect(tasks.join.begun).toBe(0);
    await tasks.b.nextAttempt().succeed();
    expect(tasks.join.begun).toBe(1);
  });

  it('gives a body its upstream outputs, input, run and attempt', async () => {
    const { tasks, run } = await setup({ a: [], b: ['a'] }, { input: { size: 3 } });
    await tasks.a.nextAttempt().succeed({ ids: [1, 2] });
    const { context } = await tasks.b.nextAttempt();
    expect(context).toMatchObject({ input: { size: 3 }, runId: run.id, attempt: 1, upstream: { a: { ids: [1, 2] } } });
    expect(context.signal.aborted).toBe(false);
  });

  it('starts the heaviest path to the end first when slots are few', async () => {
    //  light, heavy -> tail(9 s)
    const { tasks } = await setup(
      { light: { estimateMs: 5_000 }, heavy: { estimateMs: 1_000 }, tail: { upstream: ['heavy'], estimateMs: 9_000 } },
      { concurrency: 1 },
    );
    expect([tasks.light.begun, tasks.heavy.begun]).toEqual([0, 1]);
    await tasks.heavy.nextAttempt().succeed();
    expect([tasks.light.begun, tasks.tail.begun]).toEqual([0, 1]);
    await tasks.tail.nextAttempt().succeed();
    expect(tasks.light.begun).toBe(1);
  });

  it('puts a priority of its own before the critical path', async () => {
    const { tasks } = await setup({ long: { estimateMs: 9_000 }, urgent: { priority: 1e9 } }, { concurrency: 1 });
    expect([tasks.long.begun, tasks.urgent.begun]).toEqual([0, 1]);
  });

  it('starts equals in plan order', async () => {
    const { told } = await setup({ c: [], a: [], b: [] });
    const started = told.flatMap((notice) =>
      notice.kind === 'task' && notice.to === 'RUNNING' ? notice.task.key : [],
    );
    expect(started).toEqual(['c', 'a', 'b']);
  });

  it('ends an empty plan at once, with success', async () => {
    const { run, journal } = await setup({});
    await expect(run.outcome()).resolves.toEqual({ state: 'SUCCESS', outputs: {}, failures: [] });
    expect((await journal()).map(({ type }) => type)).toEqual(['run-started', 'run-settled']);
  });

  it('lets whoever awaits start listen before anything happens', async () => {
    const { workflow } = drawnWorkflow({ a: { run: () => 1 } });
    const run = await createEngine({ clock: new VirtualClock() }).start(workflow, {});
    const heard: string[] = [];
    run.on('task', ({ task, to }) => heard.push(`${task.key} ${to}`));
    run.on('run', ({ event }) => heard.push(event));
    await run.outcome();
    expect(heard).toEqual(['a RUNNING', 'a SUCCESS', 'run-settled']);
  });

  it('records a failing task without ever throwing from outcome', async () => {
    const { tasks, run } = await setup({ a: [], b: ['a'] });
    await tasks.a.nextAttempt().fail(new Error('no disk'));
    await expect(run.outcome()).resolves.toEqual({
      state: 'FAILED',
      outputs: {},
      failures: [{ task: 'a', error: { code: 'UNEXPECTED', message: 'no disk' } }],
    });
  });

  it('keeps numbers of attempts, states and outputs in the snapshot', async () => {
    const { tasks, run } = await setup({ a: [], b: ['a'] });
    await tasks.a.nextAttempt().succeed(7);
    await quiet();
    expect(run.snapshot().tasks.map(({ key, state, attempt }) => [key, state, attempt])).toEqual([
      ['a', 'SUCCESS', 1],
      ['b', 'RUNNING', 1],
    ]);
  });
});
