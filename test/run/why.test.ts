import PQueue from 'p-queue';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, type Run } from '../../src/run/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { defineWorkflow } from '../../src/workflow/index.ts';
import { CutOffError } from '../support/cut-off-error.ts';
import { PuppetTask } from '../support/puppet-task.ts';
import { drawnWorkflow, setup, type Stage } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { WatchedStore } from '../support/watched-store.ts';

const startMs = Date.UTC(2030, 0, 1);
const broken = new Error('it broke');
const error = { message: 'it broke' };

/** The run as a process sees it that does not run it. */
async function fromElsewhere(stage: Stage<string>): Promise<Run> {
  const run = await createEngine({ store: stage.store, clock: stage.clock }).run(stage.run.id);
  return run ?? expect.fail('it is not in the store');
}

describe('a task that runs or has ended', () => {
  it('says so', async () => {
    const { run, tasks } = await setup({ a: [], b: [] }, { workflow: { onFailure: 'continue' } });
    expect(run.why('a')).toEqual({ kind: 'running', state: 'RUNNING', attempt: 1, sinceMs: startMs });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail(broken);
    expect(run.why(1)).toEqual({ kind: 'settled', state: 'SUCCESS' });
    expect(run.why(2)).toMatchObject({ kind: 'settled', state: 'FAILED', error });
    expect(run.waiting()).toEqual([]);
  });

  it('is named by key, number or wire id, and by nothing else', async () => {
    const { run } = await setup({ a: [] });
    expect([run.why('a').kind, run.why(1).kind, run.why('1').kind]).toEqual(['running', 'running', 'running']);
    expect(() => run.why('b')).toThrow(expect.objectContaining({ code: 'UNKNOWN_TASK' }));
  });

  it('waits to be resolved when nobody knows how it ended', async () => {
    const stage = await setup({ a: [], b: ['a'] });
    await stage.tasks.a.nextAttempt().fail(new CutOffError());
    for (const run of [stage.run, await fromElsewhere(stage)]) {
      expect(run.why('a')).toMatchObject({ kind: 'unknown', error: { code: 'CUT_OFF' } });
      expect(run.why('b')).toMatchObject({ kind: 'upstreams', brokenBy: { key: 'a', state: 'UNKNOWN' } });
    }
  });
});

describe('a task whose upstreams are not done', () => {
  //  a ─┐
  //  b ─┼─ join ── last
  //  c ─┘
  const joined = { a: [], b: [], c: [], join: ['a', 'b', 'c'], last: ['join'] };

  it('names those that are not, and how they stand', async () => {
    const { run, tasks } = await setup(joined, { concurrency: 2 });
    await tasks.a.nextAttempt().succeed();
    expect(run.why('join')).toEqual({
      kind: 'upstreams',
      upstreams: [
        { number: 2, key: 'b', state: 'RUNNING' },
        { number: 3, key: 'c', state: 'RUNNING' },
      ],
    });
    expect(run.why('last')).toMatchObject({ upstreams: [{ number: 4, key: 'join', state: 'PENDING' }] });
  });

  it('names the broken one first, also when it is not its own upstream', async () => {
    const { run, tasks } = await setup(joined);
    await tasks.b.nextAttempt().fail(broken);
    const brokenBy = { number: 2, key: 'b', state: 'FAILED' };
    expect(run.why('join')).toEqual({
      kind: 'upstreams',
      upstreams: [brokenBy, { number: 1, key: 'a', state: 'RUNNING' }, { number: 3, key: 'c', state: 'RUNNING' }],
      brokenBy,
    });
    expect(run.why('last')).toEqual({
      kind: 'upstreams',
      upstreams: [{ number: 4, key: 'join', state: 'PENDING' }],
      brokenBy,
    });
  });
});

describe('a task that could start', () => {
  it('is held back by a failure elsewhere, unless the policy lets it go on', async () => {
    const drawing = { a: [], b: [], other: [] };
    for (const onFailure of ['finish-running', 'abort-running'] as const) {
      const stage = await setup(drawing, { concurrency: 2, workflow: { onFailure } });
      await stage.tasks.b.nextAttempt().fail(broken);
      const failed = { number: 2, key: 'b', state: 'FAILED' };
      for (const run of [stage.run, await fromElsewhere(stage)]) {
        expect(run.why('other')).toEqual({ kind: 'failure', policy: onFailure, failed });
      }
    }
    const { run, tasks } = await setup(drawing, { concurrency: 2, workflow: { onFailure: 'continue' } });
    await tasks.b.nextAttempt().fail(broken);
    expect(run.why('other').kind).toBe('running');
  });

  it('waits for its next attempt until that is due, and then for a slot', async () => {
    const retry = { attemptsMax: 2, backoffMs: 500, jitter: 0 };
    const stage = await setup({ a: { retry, priority: 1e9 }, b: [] }, { concurrency: 1 });
    const { run, tasks, clock } = stage;
    await tasks.a.nextAttempt().fail(broken);
    for (const known of [run, await fromElsewhere(stage)]) {
      expect(known.why('a')).toMatchObject({ kind: 'backoff', untilMs: startMs + 500, attempt: 2, error });
    }
    await clock.advance(500);
    expect(run.why('a')).toEqual({ kind: 'slot', slots: { of: 'engine', inUse: 1, size: 1 } });
    expect((await fromElsewhere(stage)).why('a')).toEqual({ kind: 'slot', slots: { of: 'unknown' } });
  });

  it('waits for nothing but its own backoff, wherever somebody sets the wall clock', async () => {
    const retry = { attemptsMax: 2, backoffMs: 500, jitter: 0 };
    const { run, tasks, clock } = await setup({ a: { retry } });
    await tasks.a.nextAttempt().fail(broken);
    clock.jump(3_600_000);
    expect(run.why('a').kind).toBe('backoff');
  });

  it('says who paused the run, and when', async () => {
    const stage = await setup({ a: [], b: [] }, { concurrency: 1 });
    await stage.clock.advance(7);
    await stage.engine.pause(stage.run.id, { by: 'ops' });
    for (const run of [stage.run, await fromElsewhere(stage)]) {
      expect(run.why('b')).toEqual({ kind: 'paused', by: 'ops', sinceMs: startMs + 7 });
    }
    await stage.engine.resume(stage.run.id);
    expect(stage.run.why('b').kind).toBe('slot');
  });

  it('says who cancels the run while that is under way', async () => {
    const stage = await setup({ a: [], b: [], c: ['a'] }, { concurrency: 1 });
    await stage.engine.cancel(stage.run.id, undefined, { by: 'ops' });
    const reason = { kind: 'cancelled', by: 'ops', sinceMs: startMs };
    expect([stage.run.why('b'), stage.run.why('c')]).toEqual([reason, reason]);
    expect((await fromElsewhere(stage)).why('c')).toEqual(reason);
  });

  it('is starting while that is being recorded', async () => {
    const store = new WatchedStore();
    const { run, tasks } = await setup({ a: [], b: ['a'] }, { store });
    store.hold(({ events }) => events.some(({ type }) => type === 'task-started'));
    await tasks.a.nextAttempt().succeed();
    expect(run.why('b')).toEqual({ kind: 'starting' });
    store.release();
    await quiet();
    expect(run.why('b').kind).toBe('running');
  });

  it('is not started by an engine that closes, or by one that can no longer record', async () => {
    const closed = await setup({ a: [], b: [] }, { concurrency: 1 });
    const closing = closed.engine.close({ drainMs: Infinity });
    expect(closed.run.why('b')).toMatchObject({ kind: 'stopped', why: expect.stringContaining('closing') });
    await closed.tasks.a.nextAttempt().succeed();
    await closing;
    const store = new WatchedStore();
    const stage = await setup({ a: [], b: ['a'] }, { store });
    store.breakAppends();
    await stage.tasks.a.nextAttempt().succeed();
    expect(stage.run.why('b')).toEqual({ kind: 'stopped', why: 'the disk is full' });
  });
});

describe('a task without a slot', () => {
  it('says how many are in use', async () => {
    const { run } = await setup({ a: [], b: [], c: [] }, { concurrency: 2 });
    expect(run.why('c')).toEqual({ kind: 'slot', slots: { of: 'engine', inUse: 2, size: 2 } });
  });

  it("says how the host program's queue stands", async () => {
    const queue = new PQueue({ concurrency: 1 });
    const never = Promise.withResolvers<null>();
    void queue.add(() => never.promise);
    void queue.add(() => null);
    const { run } = await setup({ a: [], b: [] }, { concurrency: queue });
    const slots = { of: 'host-queue', inUse: 1, size: 1, waiting: 2, isPaused: false };
    expect([run.why('a'), run.why('b')]).toEqual([
      { kind: 'slot', slots },
      { kind: 'slot', slots },
    ]);
    never.resolve(null);
    await quiet();
    expect(run.why('a').kind).toBe('running');
  });

  it("says that the host program's queue is paused", async () => {
    const queue = new PQueue({ autoStart: false });
    const { run } = await setup({ a: [] }, { concurrency: queue });
    expect(run.why('a')).toEqual({ kind: 'slot', slots: { of: 'host-queue', inUse: 0, waiting: 1, isPaused: true } });
  });
});

describe('a task under a full limit', () => {
  it('names the limit, its size and all its holders, those in other runs too', async () => {
    const on = { limits: ['host:1'] };
    const stage = await setup({ a: on, free: [] }, { limits: { 'host:*': 2 } });
    const second = drawnWorkflow({ b: on, c: on }, { name: 'Second' });
    const other = await stage.engine.start(second.workflow, {});
    await quiet();
    expect(other.why('c')).toEqual({
      kind: 'limit',
      limit: 'host:1',
      size: 2,
      holders: [
        { runId: stage.run.id, number: 1, key: 'a' },
        { runId: other.id, number: 1, key: 'b' },
      ],
      isWhole: true,
    });
    await stage.tasks.a.nextAttempt().succeed();
    expect(other.why('c').kind).toBe('running');
  });

  it('names the full one of several', async () => {
    const { run } = await setup({ a: { limits: ['y'] }, b: { limits: ['x', 'y', 'z'] } });
    expect(run.why('b')).toMatchObject({ kind: 'limit', limit: 'y', size: 1 });
  });

  it('tells elsewhere who of its own run holds the limit, and that this may not be all', async () => {
    const on = { limits: ['host:1'] };
    const stage = await setup({ a: on, b: on, c: { limits: ['host:2'] } }, { limits: { 'host:*': 1 }, concurrency: 1 });
    const seen = await fromElsewhere(stage);
    expect(seen.why('b')).toEqual({
      kind: 'limit',
      limit: 'host:1',
      holders: [{ runId: stage.run.id, number: 1, key: 'a' }],
      isWhole: false,
    });
    expect(seen.why('c')).toEqual({ kind: 'slot', slots: { of: 'unknown' } });
  });

  it('names the limit of its own fan-out as its task does', async () => {
    const puppet = new PuppetTask();
    const workflow = defineWorkflow({
      name: 'Fan',
      version: '1',
      input: z.unknown(),
      declare: (flow) => {
        const run = puppet.body as () => Promise<null>;
        flow.forEach(['p', 'q'], () => flow.task('work', { run }), { key: (item) => item, parallel: 1 });
      },
    });
    const store = memoryStore();
    const clock = new VirtualClock();
    const run = await createEngine({ store, clock }).start(workflow, {});
    await quiet();
    const holders = [{ runId: run.id, number: 1, key: 'p/work' }];
    expect(run.why('q/work')).toEqual({ kind: 'limit', limit: 'fan-out#1', size: 1, holders, isWhole: true });
  });
});

describe('a task of a run that is over', () => {
  it('names the end, and what it would have needed', async () => {
    const stage = await setup({ a: [], b: ['a'], c: ['b'], other: [] }, { concurrency: 1 });
    await stage.tasks.a.nextAttempt().fail(broken);
    const brokenBy = { number: 1, key: 'a', state: 'FAILED' };
    for (const run of [stage.run, await fromElsewhere(stage)]) {
      expect(run.why('c')).toEqual({ kind: 'run-ended', state: 'FAILED', brokenBy });
      expect(run.why('other')).toEqual({ kind: 'run-ended', state: 'FAILED' });
      expect(run.waiting().map(({ key, state }) => [key, state])).toEqual([
        ['b', 'PENDING'],
        ['c', 'PENDING'],
        ['other', 'READY'],
      ]);
    }
  });

  it('names who cancelled it', async () => {
    const stage = await setup({ a: [], b: [] }, { concurrency: 1 });
    await stage.engine.cancel(stage.run.id, undefined, { by: 'ops' });
    await stage.tasks.a.attempts[0]?.yield();
    expect(stage.run.why('b')).toEqual({ kind: 'run-ended', state: 'CANCELLED', by: 'ops' });
  });
});
