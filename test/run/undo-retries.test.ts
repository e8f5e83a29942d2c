import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { CrashingStore } from '../support/crashing-store.ts';
import { PuppetTask } from '../support/puppet-task.ts';
import { drawnWorkflow, setup, type SetupOptions } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const undoRetry = { attemptsMax: 3, backoffMs: 1_000, backoffFactor: 3, jitter: 0 };

/** a -> b(fails); the test pulls the strings of a's undo. Rolling back. */
async function rollingBack(task: object = { undoRetry }, options: SetupOptions = {}) {
  const undo = new PuppetTask();
  const stage = await setup({ a: { undo: undo.body, ...task }, b: ['a'] }, options);
  await stage.tasks.a.nextAttempt().succeed();
  await stage.tasks.b.nextAttempt().fail();
  await stage.engine.rollback(stage.run.id);
  await quiet();
  return { ...stage, undo };
}

describe('automatic retry of an undo', () => {
  it('waits longer each time, as recorded, and says until when; then gives up', async () => {
    const { undo, run, clock, journal } = await rollingBack();
    for (const [attempt, waitMs] of [
      [1, 1_000],
      [2, 3_000],
    ] as const) {
      await undo.nextAttempt().fail(new Error('still mounted'));
      const retryAtMs = clock.nowMs() + waitMs;
      expect((await journal()).at(-1)).toMatchObject({ type: 'task-rollback-failed', retryAtMs });
      expect([run.state, run.snapshot().tasks[0]]).toMatchObject(['ROLLING_BACK', { retryAtMs }]);
      expect(run.why('a')).toMatchObject({ kind: 'backoff', untilMs: retryAtMs, attempt: attempt + 1 });
      await clock.advance(waitMs - 1);
      expect(undo.begun).toBe(attempt);
      await clock.advance(1);
      expect(undo.begun).toBe(attempt + 1);
    }
    await undo.nextAttempt().fail(new Error('still mounted'));
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLBACK_FAILED', failures: [{ task: 'a' }] });
    expect(clock.timers).toBe(0);
  });

  it('is undone in the end, and what waits for it then', async () => {
    const undone: string[] = [];
    const { undo, run, engine, tasks, clock } = await (async () => {
      const strings = new PuppetTask();
      const stage = await setup({
        first: { undo: () => undone.push('first') },
        a: { upstream: ['first'], undo: strings.body, undoRetry },
        b: ['a'],
      });
      return { ...stage, undo: strings };
    })();
    await tasks.first.nextAttempt().succeed();
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    await engine.rollback(run.id);
    await undo.nextAttempt().fail();
    await clock.advance(1_000);
    expect(undone).toEqual([]);
    await undo.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLED_BACK' });
    expect(undone).toEqual(['first']);
  });

  it('follows the retries of the task unless it has its own', async () => {
    const { undo, clock } = await rollingBack({ retry: { attemptsMax: 2, backoffMs: 500 } }, { random: () => 0 });
    await undo.nextAttempt().fail();
    await clock.advance(500);
    expect(undo.begun).toBe(2);
  });

  it('is counted anew when an operator asks for it again', async () => {
    const { undo, run, engine, clock } = await rollingBack({ undoRetry: { ...undoRetry, attemptsMax: 2 } });
    await undo.nextAttempt().fail();
    await expect(engine.retry(run.id, 'a')).rejects.toMatchObject({ code: 'OPERATION_REFUSED' });
    await clock.advance(1_000);
    await undo.nextAttempt().fail();
    expect(run.state).toBe('ROLLBACK_FAILED');
    await engine.retry(run.id, 'a');
    await undo.nextAttempt().fail();
    expect(run.state).toBe('ROLLING_BACK');
    await clock.advance(1_000);
    await undo.nextAttempt().succeed();
    expect(run.state).toBe('ROLLED_BACK');
  });

  it('is never due at the time of an attempt of the body that was given up', async () => {
    const undo = new PuppetTask();
    const retry = { attemptsMax: 2, backoffMs: 60_000, jitter: 0 };
    const { engine, run, tasks } = await setup({ a: { undo: undo.body, retry }, b: [] });
    await tasks.a.nextAttempt().fail();
    await tasks.b.nextAttempt().fail();
    expect(run.snapshot().tasks[0]).toMatchObject({ state: 'READY', retryAtMs: expect.any(Number) });
    await engine.rollback(run.id);
    expect(run.snapshot().tasks[0]?.retryAtMs).toBeUndefined();
    await undo.nextAttempt().succeed();
    expect(run.state).toBe('ROLLED_BACK');
  });

  it('is made by whoever takes the run up after a crash, at its time', async () => {
    const world = new CrashingStore();
    const clock = new VirtualClock();
    const undo = new PuppetTask();
    const { workflow } = drawnWorkflow({
      a: { undo: undo.body, undoRetry, run: () => 1 },
      b: { upstream: ['a'], run: fail },
    });
    const dying = world.process();
    const options = { clock, workflows: [workflow], random: () => 0, recover: false };
    const first = createEngine({ ...options, store: dying.store });
    const { id } = await first.start(workflow, {});
    await quiet();
    await first.rollback(id);
    await undo.nextAttempt().fail();
    await clock.advance(400);
    dying.kill();
    const second = createEngine({ ...options, store: world.process().store });
    await second.recover();
    await clock.advance(599);
    expect(undo.begun).toBe(1);
    await clock.advance(1);
    await undo.nextAttempt().succeed();
    expect((await second.run(id))?.state).toBe('ROLLED_BACK');
  });
});

describe('the time limit of an undo', () => {
  it('is its own, where it has one', async () => {
    const { undo, run, clock } = await rollingBack({ timeoutMs: 60_000, undoTimeoutMs: 500 });
    const attempt = await undo.nextAttempt();
    await clock.advance(500);
    expect(attempt.context.signal.reason).toMatchObject({ code: 'TASK_TIMEOUT', details: { timeoutMs: 500 } });
    await attempt.yield();
    expect(run.snapshot().tasks[0]).toMatchObject({ state: 'ROLLBACK_FAILED', error: { code: 'TASK_TIMEOUT' } });
  });

  it('is that of the task otherwise', async () => {
    const { undo, clock } = await rollingBack({ timeoutMs: 700 });
    const attempt = await undo.nextAttempt();
    await clock.advance(699);
    expect(attempt.isAborted).toBe(false);
    await clock.advance(1);
    expect(attempt.isAborted).toBe(true);
  });
});

function fail(): never {
  throw new Error('it broke');
}
