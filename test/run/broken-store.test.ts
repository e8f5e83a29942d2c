import PQueue from 'p-queue';
import { describe, expect, it } from 'vitest';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { WatchedStore } from '../support/watched-store.ts';

const full = 'the disk is full';

/** Fails only the appends of one kind of event. */
function broken(type: string) {
  const store = new WatchedStore();
  store.breakAppends(({ events }) => (events.some((event) => event.type === type) ? new Error(full) : undefined));
  return store;
}

describe('a store that cannot append', () => {
  it.each(['task-started', 'task-succeeded', 'run-settled'])(
    'a %s stops the run: outcome rejects, nobody is told',
    async (type) => {
      const store = broken(type);
      const { tasks, run, told } = await setup({ a: [] }, { store });
      void tasks.a.nextAttempt().succeed();
      await expect(run.outcome()).rejects.toThrow(full);
      await expect(run.outcome()).rejects.toThrow(full);
      expect(told.map((notice) => ('event' in notice ? notice.event : ''))).not.toContain(type);
      expect(run.state).toBe('RUNNING');
    },
  );

  it('leaves nothing unhandled when nobody awaits the outcome', async () => {
    const { tasks } = await setup({ a: [] }, { store: broken('task-succeeded') });
    await tasks.a.nextAttempt().succeed();
    await quiet(20);
  });

  it('starts nothing more, not even what was already asked for', async () => {
    const store = new WatchedStore();
    let appends = 0;
    store.breakAppends(() => (++appends === 3 ? new Error(full) : undefined));
    const queue = new PQueue({ concurrency: 2 });
    const { tasks, run } = await setup({ a: [], b: [], c: ['a'], d: ['b'] }, { store, concurrency: queue });
    const outcome = expect(run.outcome()).rejects.toThrow(full);
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    await outcome;
    await quiet();
    const begun = tasks.c.begun + tasks.d.begun;
    const asked = store.asked.length;
    await quiet(20);
    expect([begun, store.asked.length]).toEqual([tasks.c.begun + tasks.d.begun, asked]);
  });

  it('records nothing after a failed write, though later ones would succeed', async () => {
    const store = new WatchedStore();
    const { tasks, run, journal } = await setup({ a: [], b: [] }, { store });
    const before = await journal();
    const outcome = expect(run.outcome()).rejects.toThrow(full);
    store.breakAppends(() => new Error(full));
    await tasks.a.nextAttempt().succeed();
    store.breakAppends(() => undefined);
    await tasks.b.nextAttempt().succeed();
    await outcome;
    expect(await journal()).toEqual(before);
  });

  it('does not touch other runs, which get the slots', async () => {
    const store = new WatchedStore();
    const first = await setup({ a: [] }, { store, concurrency: 1 });
    const second = drawnWorkflow({ z: [] }, { name: 'Second' });
    const other = await first.engine.start(second.workflow, {});
    store.breakAppends(({ runId }) => (runId === first.run.id ? new Error(full) : undefined));
    const outcome = expect(first.run.outcome()).rejects.toThrow(full);
    await first.tasks.a.nextAttempt().succeed();
    await outcome;
    await second.tasks.z.nextAttempt().succeed();
    await expect(other.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });

  it('tells the operator, and the run goes on', async () => {
    const { engine, run, tasks } = await setup({ a: [] }, { store: broken('run-paused') });
    await expect(engine.pause(run.id)).rejects.toThrow(full);
    expect(run.state).toBe('RUNNING');
    await tasks.a.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });

  it('takes no further actions on the run', async () => {
    const { engine, run, tasks } = await setup({ a: [], b: [] }, { store: broken('task-succeeded') });
    await tasks.a.nextAttempt().succeed();
    await expect(engine.pause(run.id)).rejects.toThrow(full);
  });

  it('is reported to the log', async () => {
    const errors: object[] = [];
    const nothing = (): void => {};
    const logger = { debug: nothing, info: nothing, warn: nothing, error: (fields: object) => errors.push(fields) };
    const { tasks, run } = await setup({ a: [] }, { store: broken('task-succeeded'), logger });
    await tasks.a.nextAttempt().succeed();
    expect(errors).toEqual([{ runId: run.id, error: { code: 'UNEXPECTED', message: full } }]);
  });
});

it('a settle that throws stops its run alone, and names why', async () => {
  const settle = () => Promise.reject(new Error('no such cluster'));
  const { tasks, run, engine } = await setup({ a: [] }, { workflow: { settle } });
  const outcome = expect(run.outcome()).rejects.toThrow('no such cluster');
  await tasks.a.nextAttempt().succeed();
  await outcome;
  const second = drawnWorkflow({ z: { run: () => 1 } }, { name: 'Second' });
  await expect((await engine.start(second.workflow, {})).outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
});
