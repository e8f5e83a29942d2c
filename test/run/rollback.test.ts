import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { expectRefused } from '../support/expect-refused.ts';
import { setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('rollback', () => {
  /** a -> b -> c(fails), each with an undo that tells. */
  async function failed(options: { readonly undoOf?: Record<string, unknown> } = {}) {
    const undone: unknown[] = [];
    const undo = (key: string) =>
      options.undoOf?.[key] ?? ((_: unknown, output: unknown) => undone.push([key, output]));
    const drawn = (key: string, upstream: string[]) => ({ upstream, undo: undo(key) as 'irreversible' });
    const stage = await setup({ a: drawn('a', []), b: drawn('b', ['a']), c: drawn('c', ['b']), d: ['c'] });
    await stage.tasks.a.nextAttempt().succeed(1);
    await stage.tasks.b.nextAttempt().succeed(2);
    await stage.tasks.c.nextAttempt().fail();
    return { ...stage, undone };
  }

  it('undoes in reverse order with the recorded outputs, and leaves alone what never started', async () => {
    const { engine, run, undone, states } = await failed();
    const { tasks } = await engine.rollback(run.id);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLED_BACK' });
    expect(undone).toEqual([
      ['c', undefined],
      ['b', 2],
      ['a', 1],
    ]);
    expect(tasks.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect(states()).toEqual({ a: 'ROLLED_BACK', b: 'ROLLED_BACK', c: 'ROLLED_BACK', d: 'PENDING' });
  });

  it('stops where an undo fails, and can be asked for again', async () => {
    let isBroken = true;
    const { engine, run, undone, states } = await failed({
      undoOf: {
        b: () => {
          if (isBroken) throw new Error('still mounted');
          undone.push(['b']);
        },
      },
    });
    await engine.rollback(run.id);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLBACK_FAILED' });
    expect(states()).toMatchObject({ a: 'SUCCESS', b: 'ROLLBACK_FAILED', c: 'ROLLED_BACK' });
    isBroken = false;
    await expect(engine.rollback(run.id)).resolves.toMatchObject({ tasks: [{ key: 'a' }, { key: 'b' }] });
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLED_BACK' });
    expect(undone).toEqual([['c', undefined], ['b'], ['a', 1]]);
  });

  it('is refused past the point of no return, unless that is said', async () => {
    const stage = await failed({ undoOf: { b: 'irreversible' } });
    const { engine, run, states } = stage;
    await expectRefused(stage, engine.rollback(run.id), 'task "b"', 'it cannot be undone', 'pastNoReturn');
    await engine.rollback(run.id, { pastNoReturn: true });
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLED_BACK' });
    expect(states()).toMatchObject({ a: 'ROLLED_BACK' });
  });

  it('verifies with the check that the effect is gone', async () => {
    const answers: unknown[] = ['needed', { done: 1 }, { done: 1 }];
    const { engine, run, tasks } = await setup({ a: { check: () => answers.shift(), undo: () => {} }, b: ['a'] });
    await tasks.a.nextAttempt().succeed(1);
    await tasks.b.nextAttempt().fail();
    await engine.rollback(run.id);
    await expect(run.outcome()).resolves.toMatchObject({
      state: 'ROLLBACK_FAILED',
      failures: [{ task: 'a', error: { code: 'UNDO_UNVERIFIED' } }],
    });
  });

  it('undoes independent tasks side by side, within slots and limits', async () => {
    const undoing: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const undo = (key: string) => () => {
      undoing.push(key);
      return gate.promise;
    };
    const { engine, run, tasks } = await setup({
      a: { undo: undo('a'), limits: ['x'] },
      b: { undo: undo('b'), limits: ['x'] },
      c: { undo: undo('c') },
      d: ['a', 'b', 'c'],
    });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    await tasks.c.nextAttempt().succeed();
    await tasks.d.nextAttempt().fail();
    await engine.rollback(run.id);
    await quiet();
    expect(undoing.toSorted()).toEqual(['a', 'c']);
    gate.resolve(undefined);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLED_BACK' });
    expect(undoing.toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('goes on in another engine, from the record alone', async () => {
    const { run, workflow, undone } = await (async () => {
      const store = memoryStore();
      const log: unknown[] = [];
      const stage = await setup({ a: { undo: (_, output) => log.push(output) }, b: ['a'] }, { store });
      await stage.tasks.a.nextAttempt().succeed({ id: 4 });
      await stage.tasks.b.nextAttempt().fail();
      const later = createEngine({ store, workflows: [stage.workflow], clock: new VirtualClock() });
      await later.rollback(stage.run.id);
      const found = await later.run(stage.run.id);
      await found?.outcome();
      return { run: found, workflow: stage.workflow, undone: log };
    })();
    expect([workflow.name, run?.state, undone]).toEqual(['Drawn', 'ROLLED_BACK', [{ id: 4 }]]);
  });
});
