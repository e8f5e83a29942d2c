import { describe, expect, it } from 'vitest';
import { createEngine, type Engine, type OperationResult } from '../../src/run/index.ts';
import { CutOffError } from '../support/cut-off-error.ts';
import { expectRefused } from '../support/expect-refused.ts';
import { drawnWorkflow, setup, type Stage } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Runs in every state, by the name of the state. */
const stages: Readonly<Record<string, () => Promise<Stage<'a' | 'b'>>>> = {
  RUNNING: () => setup({ a: [], b: ['a'] }),
  PAUSED: async () => {
    const stage = await setup({ a: [], b: ['a'] });
    await stage.engine.pause(stage.run.id);
    return stage;
  },
  SUCCESS: async () => {
    const stage = await setup({ a: [], b: ['a'] });
    await stage.tasks.a.nextAttempt().succeed();
    await stage.tasks.b.nextAttempt().succeed();
    return stage;
  },
  FAILED: async () => {
    const stage = await setup({ a: [], b: ['a'] });
    await stage.tasks.a.nextAttempt().fail();
    return stage;
  },
  CANCELLED: async () => {
    const stage = await setup({ a: [], b: ['a'] });
    await stage.engine.cancel(stage.run.id);
    await (await stage.tasks.a.nextAttempt()).yield();
    return stage;
  },
  UNKNOWN: async () => {
    const stage = await setup({ a: [], b: ['a'] });
    await stage.tasks.a.nextAttempt().fail(new CutOffError());
    return stage;
  },
  ROLLED_BACK: async () => {
    const stage = await setup({ a: [], b: ['a'] });
    await stage.tasks.a.nextAttempt().fail();
    await stage.engine.rollback(stage.run.id);
    await quiet();
    return stage;
  },
};

const actions: Readonly<Record<string, (engine: Engine, id: number, dryRun: boolean) => Promise<OperationResult>>> = {
  retry: (engine, id, dryRun) => engine.retry(id, undefined, { dryRun }),
  'retry a': (engine, id, dryRun) => engine.retry(id, 'a', { dryRun }),
  'skip a': (engine, id, dryRun) => engine.skip(id, 'a', { dryRun }),
  cancel: (engine, id, dryRun) => engine.cancel(id, undefined, { dryRun }),
  'cancel a': (engine, id, dryRun) => engine.cancel(id, 'a', { dryRun }),
  pause: (engine, id, dryRun) => engine.pause(id, { dryRun }),
  resume: (engine, id, dryRun) => engine.resume(id, { dryRun }),
  'resolve a': (engine, id, dryRun) => engine.resolve(id, 'a', { as: 'failed' }, { dryRun }),
  rollback: (engine, id, dryRun) => engine.rollback(id, { dryRun }),
};

/** What each state allows; everything else is refused. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  RUNNING: ['cancel', 'cancel a', 'pause'],
  PAUSED: ['cancel', 'cancel a', 'resume'],
  SUCCESS: ['rollback'],
  FAILED: ['retry', 'retry a', 'skip a', 'rollback'],
  CANCELLED: ['retry', 'retry a', 'rollback'],
  UNKNOWN: ['cancel', 'pause', 'resolve a'],
  ROLLED_BACK: [],
};

describe.each(Object.keys(allowed))('a run that is %s', (state) => {
  it.each(Object.keys(actions))('either takes %s and touches what its dry run says, or refuses both', async (name) => {
    const stage = await stages[state]?.();
    const action = actions[name];
    if (!stage || !action) return expect.fail('unknown');
    const { engine, run } = stage;
    if (!allowed[state]?.includes(name)) {
      await expectRefused(stage, action(engine, run.id, true), `run ${run.id}`);
      return expectRefused(stage, action(engine, run.id, false), 'Cannot', `run ${run.id}`);
    }
    const before = [await stage.journal(), run.snapshot()];
    const dry = await action(engine, run.id, true);
    expect([await stage.journal(), run.snapshot()]).toEqual(before);
    const real = await action(engine, run.id, false);
    const { preview, ...said } = dry;
    expect(said).toEqual({ ...real, isDryRun: true });
    const touched = preview?.steps.filter(({ isTouched }) => isTouched).map(({ number }) => number);
    expect(touched?.toSorted()).toEqual(real.tasks.map(({ number }) => number));
    expect(real.isDryRun).toBe(false);
  });
});

describe('a refusal', () => {
  it('names the state and says what is possible now', async () => {
    const stage = await setup({ a: [], b: ['a'] });
    const { engine, run } = stage;
    await expectRefused(
      stage,
      engine.retry(run.id, 'a'),
      'retry task "a"',
      'it is RUNNING',
      'FAILED or CANCELLED',
      'can be cancelled',
    );
    await expectRefused(
      stage,
      engine.skip(run.id, 'b'),
      'it is PENDING',
      'only FAILED',
      'Nothing can be asked of it now',
    );
    await expectRefused(stage, engine.resume(run.id), 'it is RUNNING', 'paused or cancelled');
    await expectRefused(stage, engine.rollback(run.id), 'roll back', 'it is RUNNING');
  });

  it.each([0, 3, -1, 1.5, Number.NaN, '', 'c', '0'])('names the tasks there are when %j is none', async (task) => {
    const { engine, run } = await setup({ a: [], b: ['a'] });
    await expect(engine.retry(run.id, task)).rejects.toMatchObject({
      code: 'UNKNOWN_TASK',
      message: expect.stringContaining('"a", "b"'),
    });
  });

  it('tells an unknown run and an unknown workflow apart', async () => {
    const { engine, run, store, tasks } = await setup({ a: [] });
    await expect(engine.pause(99)).rejects.toMatchObject({ code: 'UNKNOWN_RUN' });
    const stranger = createEngine({ store, clock: new VirtualClock() });
    await expect((await stranger.run(run.id))?.outcome()).rejects.toMatchObject({ code: 'RUN_NOT_OWNED' });
    await tasks.a.nextAttempt().fail();
    await expect(stranger.retry(run.id)).rejects.toMatchObject({ code: 'UNKNOWN_WORKFLOW' });
  });

  it('says that the workflow has changed since', async () => {
    const { run, store, tasks } = await setup({ a: [] });
    await tasks.a.nextAttempt().fail();
    const { workflow } = drawnWorkflow({ b: [] });
    const later = createEngine({ store, workflows: [workflow], clock: new VirtualClock() });
    await expect(later.retry(run.id)).rejects.toMatchObject({
      code: 'PLAN_CHANGED',
      message: expect.stringContaining('task "a" is gone'),
    });
  });
});

describe('a task', () => {
  it('is named by key, by number, as text or by wire id', async () => {
    const { engine, run } = await setup({ a: [], b: { upstream: ['a'], key: '3' }, c: ['a'] });
    const touched = async (task: string | number) => (await engine.cancel(run.id, task, { dryRun: true })).tasks;
    for (const name of ['a', 1, '1', run.header.firstTaskId])
      await expect(touched(name)).resolves.toEqual([{ number: 1, key: 'a' }]);
    await expect(touched('3')).rejects.toThrow('task "3"');
    await expect(touched(3)).rejects.toThrow('task "c"');
  });
});
