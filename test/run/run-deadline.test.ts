import { describe, expect, it } from 'vitest';
import { planWorkflow } from '../../src/plan/index.ts';
import { Deadlines } from '../../src/run/deadlines.ts';
import { createEngine } from '../../src/run/index.ts';
import { RunDeadline } from '../../src/run/run-deadline.ts';
import { RunRecord } from '../../src/state/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { WatchedStore } from '../support/watched-store.ts';

const by = 'the run deadline';

/** A run that was recorded to have started so long ago, as whoever takes it up sees it. */
function takenUp({ agoMs, deadlineMs }: { agoMs: number; deadlineMs: number }) {
  const clock = new VirtualClock();
  const record = new RunRecord(planWorkflow(drawnWorkflow({ a: [] }).workflow, {}).graph);
  record.apply({ type: 'run-started', by: 'ops', atMs: clock.nowMs() - agoMs });
  const over: number[] = [];
  const onOver = (): number => over.push(clock.monotonicMs());
  const deadline = new RunDeadline({ deadlineMs, record, parts: { clock, deadlines: new Deadlines(clock) }, onOver });
  deadline.begin();
  return { clock, over };
}

describe('the deadline of a run that is taken up after a crash', () => {
  it('counts from its recorded start', async () => {
    const { clock, over } = takenUp({ agoMs: 400, deadlineMs: 1_000 });
    await clock.advance(2_000);
    expect(over).toEqual([600]);
  });

  it('is over at once when it was over before, and never longer than it is', async () => {
    const late = takenUp({ agoMs: 5_000, deadlineMs: 1_000 });
    const ahead = takenUp({ agoMs: -5_000, deadlineMs: 1_000 });
    await Promise.all([late.clock.advance(0), ahead.clock.advance(2_000)]);
    expect([late.over, ahead.over]).toEqual([[0], [1_000]]);
  });
});

describe('a run deadline', () => {
  it('cancels the run in its own name when it is over, and not before', async () => {
    const { tasks, clock, journal, states } = await setup({ a: [], b: ['a'] }, { start: { deadlineMs: 1_000 } });
    await clock.advance(999);
    expect(states()).toEqual({ a: 'RUNNING', b: 'PENDING' });
    await clock.advance(1);
    expect(states()).toEqual({ a: 'CANCELLING', b: 'PENDING' });
    expect((await journal()).slice(-2)).toMatchObject([
      { type: 'run-cancel-requested', by },
      { type: 'task-cancelling', task: 0, by },
    ]);
    expect(tasks.a.attempts[0]?.context.signal.reason).toMatchObject({ code: 'TASK_CANCELLED', details: { by } });
  });

  it('leaves the run RUNNING, its claim held, until every body has really ended', async () => {
    const claims = (): readonly string[] => ['cluster:1'];
    const stage = await setup({ a: [], b: ['a'] }, { start: { deadlineMs: 1_000 }, workflow: { claims } });
    const { run, engine, workflow, clock, tasks } = stage;
    await clock.advance(60_000);
    expect(run.state).toBe('RUNNING');
    await expect(engine.start(workflow, {})).rejects.toMatchObject({ code: 'CLAIM_HELD' });
    await tasks.a.attempts[0]?.yield();
    expect((await run.outcome()).state).toBe('CANCELLED');
    expect(run.why('b')).toEqual({
      kind: 'run-ended',
      state: 'CANCELLED',
      by,
      brokenBy: { number: 1, key: 'a', state: 'CANCELLED' },
    });
    await engine.start(workflow, {});
  });

  it('is the workflow’s unless whoever starts the run says another, and recorded in the header', async () => {
    const workflow = { deadlineMs: 500 };
    const own = await setup({ a: [] }, { workflow });
    const longer = await setup({ a: [] }, { workflow, start: { deadlineMs: 800 } });
    const none = await setup({ a: [] }, { workflow, start: { deadlineMs: Infinity } });
    expect([own, longer, none].map(({ run }) => run.header.deadlineMs)).toEqual([500, 800, undefined]);
    for (const { clock } of [own, longer, none]) await clock.advance(500);
    expect([own, longer, none].map(({ states }) => states()['a'])).toEqual(['CANCELLING', 'RUNNING', 'RUNNING']);
    await longer.clock.advance(300);
    expect(longer.states()).toEqual({ a: 'CANCELLING' });
    expect(none.clock.timers).toBe(0);
  });

  it('counts a pause, and ends a paused run', async () => {
    const { run, engine, tasks, clock } = await setup({ a: [], b: ['a'] }, { start: { deadlineMs: 1_000 } });
    await engine.pause(run.id);
    await tasks.a.nextAttempt().succeed();
    await clock.advance(1_000);
    expect(run.state).toBe('CANCELLED');
    expect(tasks.b.begun).toBe(0);
  });

  it('counts on the monotonic clock, wherever somebody sets the wall clock', async () => {
    const { clock, states } = await setup({ a: [] }, { start: { deadlineMs: 1_000 } });
    clock.jump(3_600_000);
    await clock.advance(999);
    clock.jump(-7_200_000);
    expect(states()).toEqual({ a: 'RUNNING' });
    await clock.advance(1);
    expect(states()).toEqual({ a: 'CANCELLING' });
  });

  it('ends the wait for an automatic attempt', async () => {
    const retry = { attemptsMax: 2, backoffMs: 60_000, jitter: 0 };
    const { run, tasks, clock } = await setup({ a: { retry } }, { start: { deadlineMs: 1_000 } });
    await tasks.a.nextAttempt().fail();
    await clock.advance(1_000);
    expect([run.state, tasks.a.begun]).toEqual(['CANCELLED', 1]);
  });

  it('also cancels a task whose start waits to be recorded when it is over', async () => {
    const store = new WatchedStore();
    const late = { retry: { attemptsMax: 2, backoffMs: 900, jitter: 0 } };
    const { tasks, clock, states } = await setup({ a: [], late }, { store, start: { deadlineMs: 1_000 } });
    await tasks.late.nextAttempt().fail();
    store.hold();
    await tasks.a.nextAttempt().succeed();
    await clock.advance(1_000);
    store.release();
    await quiet();
    expect([states(), tasks.late.begun]).toEqual([{ a: 'SUCCESS', late: 'CANCELLING' }, 2]);
    expect(tasks.late.attempts[1]?.isAborted).toBe(true);
  });

  it('is forgotten when the run is over, and says nothing to a run that is being cancelled already', async () => {
    const { run, tasks, clock } = await setup({ a: [] }, { start: { deadlineMs: 1_000 } });
    await tasks.a.nextAttempt().succeed();
    expect([run.state, clock.timers]).toEqual(['SUCCESS', 0]);
    const late = await setup({ a: [] }, { start: { deadlineMs: 1_000 } });
    await late.engine.cancel(late.run.id, undefined, { by: 'ops' });
    await late.clock.advance(2_000);
    const requests = (await late.journal()).filter(({ type }) => type === 'run-cancel-requested');
    expect(requests).toMatchObject([{ by: 'ops' }]);
  });

  it('gives a run that is retried the whole time anew', async () => {
    const { run, engine, tasks, clock } = await setup({ a: [] }, { start: { deadlineMs: 1_000 } });
    await clock.advance(1_000);
    await tasks.a.attempts[0]?.yield();
    expect(run.state).toBe('CANCELLED');
    await clock.advance(5_000);
    await engine.retry(run.id);
    await clock.advance(999);
    expect(tasks.a.attempts[1]?.isAborted).toBe(false);
    await clock.advance(1);
    expect(tasks.a.attempts[1]?.isAborted).toBe(true);
  });

  it('gives it anew also to what is retried before all has ended, and to a run taken up by another engine', async () => {
    const stage = await setup({ a: [], b: [] }, { start: { deadlineMs: 1_000 }, workflow: { onFailure: 'continue' } });
    const { run, engine, tasks, clock, store, workflow } = stage;
    await tasks.a.nextAttempt().fail();
    await clock.advance(1_000);
    await engine.retry(run.id, 'a');
    await clock.advance(999);
    expect(tasks.a.attempts[1]?.isAborted).toBe(false);
    await clock.advance(1);
    for (const attempt of [tasks.a.attempts[1], tasks.b.attempts[0]]) await attempt?.yield();
    expect(run.state).toBe('CANCELLED');
    const other = createEngine({ store, clock, workflows: [workflow] });
    await other.retry(run.id, 'a');
    await clock.advance(999);
    expect(tasks.a.attempts[2]?.isAborted).toBe(false);
    await clock.advance(1);
    expect(tasks.a.attempts[2]?.isAborted).toBe(true);
  });

  it('leaves a rollback its time', async () => {
    const undoing = Promise.withResolvers<null>();
    const a = { undo: () => undoing.promise };
    const { run, engine, tasks, clock } = await setup({ a, b: [] }, { start: { deadlineMs: 1_000 } });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    await engine.rollback(run.id);
    await clock.advance(60_000);
    expect(run.state).toBe('ROLLING_BACK');
    undoing.resolve(null);
    await quiet();
    expect(run.state).toBe('ROLLED_BACK');
  });

  it('that cannot be recorded ends the run here, as any other event', async () => {
    const store = new WatchedStore();
    const { run, clock } = await setup({ a: [] }, { store, start: { deadlineMs: 1_000 } });
    store.breakAppends();
    await clock.advance(1_000);
    await expect(run.outcome()).rejects.toThrow('the disk is full');
  });

  it.each([0, -1, Number.NaN, '30m'])('of %s is refused, and nothing is written', async (deadlineMs) => {
    const store = memoryStore();
    const engine = createEngine({ store, clock: new VirtualClock() });
    const { workflow } = drawnWorkflow({ a: [] });
    const start = engine.start(workflow, {}, { deadlineMs: deadlineMs as number });
    await expect(start).rejects.toMatchObject({ code: 'INVALID_DEADLINE' });
    expect(await store.listRuns()).toEqual([]);
    await store.close();
    const wrong = drawnWorkflow({ a: [] }, { deadlineMs: deadlineMs as number });
    const planned = createEngine().start(wrong.workflow, {});
    await expect(planned).rejects.toMatchObject({
      code: 'INVALID_PLAN',
      message: expect.stringContaining('deadlineMs'),
    });
  });
});
