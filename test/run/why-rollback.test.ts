import { describe, expect, it } from 'vitest';
import { createEngine, type Run } from '../../src/run/index.ts';
import { setup, type Stage } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';

const broken = new Error('it broke');

/** The run as a process sees it that does not run it. */
async function fromElsewhere(stage: Stage<string>): Promise<Run> {
  const run = await createEngine({ store: stage.store, clock: stage.clock }).run(stage.run.id);
  return run ?? expect.fail('it is not in the store');
}

describe('a task of a run that is rolled back', () => {
  //  a ── b ── c ── never
  it('waits for the undos downstream of it, is left alone when it never ran, and names the undo that failed', async () => {
    const undoing = { a: Promise.withResolvers<null>(), c: Promise.withResolvers<null>() };
    const stage = await setup({
      a: { undo: () => undoing.a.promise },
      b: { upstream: ['a'], undo: () => undefined },
      c: { upstream: ['b'], undo: () => undoing.c.promise },
      fails: ['c'],
      never: ['fails'],
    });
    const { run, tasks, engine } = stage;
    for (const key of ['a', 'b', 'c'] as const) await tasks[key].nextAttempt().succeed();
    await tasks.fails.nextAttempt().fail(broken);
    await engine.rollback(run.id);
    await quiet();
    expect(run.why('never')).toEqual({ kind: 'left-alone' });
    expect(run.why('c')).toMatchObject({ kind: 'running', state: 'ROLLING_BACK' });
    expect(run.why('a')).toEqual({ kind: 'downstreams', downstreams: [{ number: 2, key: 'b', state: 'SUCCESS' }] });
    expect((await fromElsewhere(stage)).why('a')).toEqual(run.why('a'));
    undoing.c.reject(broken);
    await quiet();
    expect([run.state, run.why('a')]).toEqual(['ROLLBACK_FAILED', { kind: 'settled', state: 'SUCCESS' }]);
    expect(run.why('never')).toEqual({ kind: 'run-ended', state: 'ROLLBACK_FAILED' });
  });

  it('names the undo that failed while others go on', async () => {
    const undoing = { b: Promise.withResolvers<null>(), d: Promise.withResolvers<null>() };
    const { run, tasks, engine } = await setup({
      a: [],
      b: { upstream: ['a'], undo: () => undoing.b.promise },
      d: { undo: () => undoing.d.promise },
      fails: [],
    });
    for (const key of ['a', 'b', 'd'] as const) await tasks[key].nextAttempt().succeed();
    await tasks.fails.nextAttempt().fail(broken);
    await engine.rollback(run.id);
    await quiet();
    undoing.b.reject(broken);
    await quiet();
    const brokenBy = { number: 2, key: 'b', state: 'ROLLBACK_FAILED' };
    expect(run.why('a')).toEqual({ kind: 'downstreams', downstreams: [brokenBy], brokenBy });
    undoing.d.resolve(null);
    await quiet();
    expect(run.state).toBe('ROLLBACK_FAILED');
  });

  it('waits for a slot or a limit as going forward', async () => {
    const undoing = Promise.withResolvers<null>();
    const undo = (): Promise<null> => undoing.promise;
    const on = { limits: ['x'], undo };
    const { run, tasks, engine } = await setup({ a: on, b: on, fails: [] });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    await tasks.fails.nextAttempt().fail(broken);
    await engine.rollback(run.id);
    await quiet();
    const holders = [{ runId: run.id, number: 1, key: 'a' }];
    expect(run.why('b')).toEqual({ kind: 'limit', limit: 'x', size: 1, holders, isWhole: true });
    undoing.resolve(null);
    await quiet();
    expect(run.state).toBe('ROLLED_BACK');
  });
});
