import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine } from '../../src/run/index.ts';
import { Deadlines } from '../../src/run/deadlines.ts';
import { RunSchedule } from '../../src/run/run-schedule.ts';
import { planWorkflow } from '../../src/plan/index.ts';
import { LimitPool } from '../../src/schedule/index.ts';
import { RunRecord } from '../../src/state/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { defineWorkflow, type TaskContext } from '../../src/workflow/index.ts';
import { PuppetTask } from '../support/puppet-task.ts';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { WatchedStore } from '../support/watched-store.ts';

/** Two items, one lane each, all bodies on the strings of one puppet. */
function fanOut(parallel: number, items: readonly string[]) {
  const puppet = new PuppetTask();
  const workflow = defineWorkflow({
    name: 'Fan',
    version: '1',
    input: z.unknown(),
    declare: (flow) => {
      const run = puppet.body as (context: TaskContext<unknown, object>) => Promise<null>;
      const lanes = flow.forEach(items, () => flow.task('work', { run }), { key: (item) => item, parallel });
      flow.barrier('join', lanes);
    },
  });
  return { workflow, puppet };
}

describe('named limits', () => {
  it('let one task at a time hold a limit that nobody sized', async () => {
    const { tasks } = await setup({ a: { limits: ['host:1'] }, b: { limits: ['host:1'] }, c: { limits: ['host:2'] } });
    expect([tasks.a.begun, tasks.b.begun, tasks.c.begun]).toEqual([1, 0, 1]);
    await tasks.a.nextAttempt().succeed();
    expect(tasks.b.begun).toBe(1);
  });

  it('are sized by name and by pattern', async () => {
    const limits = { 'host:*': 2, 'host:9': 1 };
    const on = (host: string) => ({ limits: [host] });
    const { tasks } = await setup({ a: on('host:1'), b: on('host:1'), c: on('host:9'), d: on('host:9') }, { limits });
    expect([tasks.a.begun, tasks.b.begun, tasks.c.begun, tasks.d.begun]).toEqual([1, 1, 1, 0]);
  });

  it('are taken all or none', async () => {
    const { tasks } = await setup({
      both: { limits: ['x', 'y'] },
      x: { limits: ['x'] },
      y: { limits: ['y'] },
      again: { limits: ['x', 'y'] },
    });
    await tasks.both.nextAttempt().succeed();
    expect([tasks.x.begun, tasks.y.begun, tasks.again.begun]).toEqual([1, 1, 0]);
    await tasks.x.nextAttempt().succeed();
    expect(tasks.again.begun).toBe(0);
    await tasks.y.nextAttempt().succeed();
    expect(tasks.again.begun).toBe(1);
  });

  it('are shared by all runs of an engine, and wake the run that waits', async () => {
    const first = await setup({ a: { limits: ['host:1'] } });
    const second = drawnWorkflow({ z: { limits: ['host:1'] } }, { name: 'Second' });
    await first.engine.start(second.workflow, {});
    await quiet();
    expect(second.tasks.z.begun).toBe(0);
    await first.tasks.a.nextAttempt().succeed();
    expect(second.tasks.z.begun).toBe(1);
  });

  it('are held neither during a backoff nor after a failure', async () => {
    const retry = { attemptsMax: 2, backoffMs: 1_000, jitter: 0 };
    const { tasks, clock } = await setup(
      { a: { limits: ['host:1'], retry, priority: 1e9 }, b: { limits: ['host:1'] } },
      { workflow: { onFailure: 'continue' } },
    );
    await tasks.a.nextAttempt().fail();
    expect(tasks.b.begun).toBe(1);
    await clock.advance(1_000);
    expect(tasks.a.begun).toBe(1);
    await tasks.b.nextAttempt().fail();
    expect(tasks.a.begun).toBe(2);
  });

  it('are given back by a run that can no longer be recorded, once its bodies have ended', async () => {
    const store = new WatchedStore();
    const first = await setup({ a: { limits: ['host:1'] } }, { store });
    const second = drawnWorkflow({ z: { limits: ['host:1'] } }, { name: 'Second' });
    await first.engine.start(second.workflow, {});
    store.breakAppends(({ runId }) => (runId === first.run.id ? new Error('the disk is full') : undefined));
    const outcome = expect(first.run.outcome()).rejects.toThrow('the disk is full');
    expect(second.tasks.z.begun).toBe(0);
    await first.tasks.a.nextAttempt().succeed();
    await outcome;
    expect(second.tasks.z.begun).toBe(1);
  });
});

describe('the limit of a fan-out', () => {
  it('holds for its tasks', async () => {
    const { workflow, puppet } = fanOut(2, ['a', 'b', 'c']);
    const run = await createEngine({ clock: new VirtualClock() }).start(workflow, {});
    await quiet();
    expect(puppet.begun).toBe(2);
    await puppet.nextAttempt().succeed();
    expect(puppet.begun).toBe(3);
    await puppet.nextAttempt().succeed();
    await puppet.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', outputs: { join: [null, null, null] } });
  });

  it('belongs to one run alone', async () => {
    const { workflow, puppet } = fanOut(1, ['a', 'b']);
    const engine = createEngine({ clock: new VirtualClock() });
    await engine.start(workflow, {});
    await engine.start(workflow, {});
    await quiet();
    expect(puppet.begun).toBe(2);
  });

  it('is forgotten when the run is over and nothing holds it any more', () => {
    const plan = planWorkflow(fanOut(1, ['a', 'b']).workflow, {});
    const record = new RunRecord(plan.graph);
    record.apply({ type: 'run-started', by: 'kim', atMs: 0 });
    const limits = new LimitPool();
    const clock = new VirtualClock();
    const parts = { limits, clock, deadlines: new Deadlines(clock) };
    const schedule = new RunSchedule({ runId: 1, plan, record, parts, onReady: () => {} });
    const task = schedule.take();
    schedule.stop();
    expect(limits.known).toBe(1);
    schedule.letGo(task);
    expect(limits.known).toBe(0);
  });

  it('holds again when the run is taken up again', async () => {
    const { workflow, puppet } = fanOut(1, ['a', 'b']);
    const engine = createEngine({ clock: new VirtualClock(), store: memoryStore() });
    const run = await engine.start(workflow, {});
    await puppet.nextAttempt().fail();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
    await engine.retry(run.id);
    await quiet();
    expect(puppet.begun).toBe(2);
    await puppet.nextAttempt().succeed();
    expect(puppet.begun).toBe(3);
    await puppet.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });
});

describe('LimitPool.forget', () => {
  it('gives the id of a forgotten limit out again', () => {
    const pool = new LimitPool();
    const ids = [pool.sized('a', 2), pool.slotFor('b')];
    pool.forget('a');
    expect(pool.known).toBe(1);
    expect(pool.slotFor('c')).toBe(ids[0]);
    expect([pool.size(0), pool.name(0), pool.slotFor('b')]).toEqual([1, 'c', ids[1]]);
    expect(pool.slotFor('a')).toBe(2);
  });

  it('refuses while somebody holds it or waits for it', () => {
    const pool = new LimitPool();
    const ids = pool.slotsFor(['a']);
    pool.tryAcquire(ids);
    expect(() => pool.forget('a')).toThrow('somebody holds it or waits for it');
    pool.release(ids);
    const stop = pool.onRoom(ids[0] ?? -1, () => {});
    expect(() => pool.forget('a')).toThrow('somebody holds it or waits for it');
    stop();
    pool.forget('a');
    pool.forget('a');
    expect(pool.known).toBe(0);
  });

  it('keeps ids the same in a copy', () => {
    const pool = new LimitPool();
    pool.slotsFor(['a', 'b', 'c']);
    pool.forget('b');
    const copy = pool.emptyCopy();
    expect([copy.slotFor('a'), copy.slotFor('c'), copy.slotFor('d')]).toEqual([0, 2, 1]);
    expect(pool.known).toBe(2);
  });
});
