import PQueue from 'p-queue';
import { describe, expect, it } from 'vitest';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';

const three = { a: [], b: [], c: [] };

describe('concurrency', () => {
  it('runs so many tasks at a time over all runs', async () => {
    const first = await setup(three, { concurrency: 2 });
    const second = drawnWorkflow(three, { name: 'Second' });
    await first.engine.start(second.workflow, {});
    const begun = (): number =>
      [...Object.values(first.tasks), ...Object.values(second.tasks)].reduce((n, t) => n + t.begun, 0);
    expect(begun()).toBe(2);
    await first.tasks.a.nextAttempt().succeed();
    expect(begun()).toBe(3);
  });

  it('gives slots to runs in turn', async () => {
    const first = await setup({ a: [], b: [], c: [] }, { concurrency: 1 });
    const second = drawnWorkflow({ x: [], y: [] }, { name: 'Second' });
    const order: string[] = [];
    first.engine.on('task', ({ task, to }) => to === 'RUNNING' && order.push(task.key));
    await first.engine.start(second.workflow, {});
    await quiet();
    const { a, b, c } = first.tasks;
    const { x, y } = second.tasks;
    for (const task of [a, b, x, c, y]) await task.nextAttempt().succeed();
    expect(order).toEqual(['b', 'x', 'c', 'y']);
  });

  it('may be without end', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`t${n}`, []]));
    const { tasks } = await setup(many, { concurrency: Infinity });
    expect(Object.values(tasks).every((task) => task.begun === 1)).toBe(true);
  });
});

describe('a queue of the host program', () => {
  it('is shared with its other users: each task is one job', async () => {
    const queue = new PQueue({ concurrency: 1 });
    const { tasks } = await setup(three, { concurrency: queue });
    let ran = false;
    const other = queue.add(() => {
      ran = true;
    });
    expect(tasks.a.begun).toBe(1);
    await tasks.a.nextAttempt().succeed();
    // b's job was asked for when a began, so it stands before the other's; c's stands behind.
    await tasks.b.nextAttempt().succeed();
    await other;
    await quiet();
    expect([ran, tasks.c.begun]).toEqual([true, 1]);
  });

  it('starts nothing while it is paused, and goes on when it is started', async () => {
    const queue = new PQueue({ concurrency: 2, autoStart: false });
    const { tasks, states } = await setup(three, { concurrency: queue });
    expect(states()).toEqual({ a: 'READY', b: 'READY', c: 'READY' });
    queue.start();
    await quiet();
    expect([tasks.a.begun, tasks.b.begun, tasks.c.begun]).toEqual([1, 1, 0]);
  });

  it('decides which task is best when its turn comes, not when it was queued', async () => {
    const queue = new PQueue({ concurrency: 1 });
    //  first -> best     other
    const { tasks } = await setup(
      { first: { priority: 2e9 }, other: [], best: { upstream: ['first'], priority: 1e9 } },
      { concurrency: queue },
    );
    expect([queue.pending, queue.size]).toEqual([1, 1]);
    await tasks.first.nextAttempt().succeed();
    expect([tasks.best.begun, tasks.other.begun]).toEqual([1, 0]);
  });

  it('may be cleared: what is ready asks again', async () => {
    const queue = new PQueue({ concurrency: 1, autoStart: false });
    const { tasks } = await setup({ a: [] }, { concurrency: queue });
    queue.clear();
    await quiet();
    queue.start();
    await quiet();
    expect(tasks.a.begun).toBe(1);
  });

  it('frees no slot early, whatever time limit it has of its own', async () => {
    const queue = new PQueue({ concurrency: 1, timeout: 1 });
    const { tasks, run } = await setup({ a: [], b: [] }, { concurrency: queue });
    // Longer than the queue's limit, which is real time.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([tasks.a.begun, tasks.b.begun, queue.pending]).toEqual([1, 0, 1]);
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });
});
