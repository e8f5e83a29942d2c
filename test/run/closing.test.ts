import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { hasSettled, quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { WatchedStore } from '../support/watched-store.ts';

const closed = { code: 'ENGINE_CLOSED' };

describe('closing an engine', () => {
  it('is safe before start, and twice', async () => {
    const engine = createEngine({ clock: new VirtualClock() });
    await Promise.all([engine.close(), engine.close({ drainMs: 0 })]);
    await engine.close();
  });

  it('refuses what comes afterwards', async () => {
    const { engine, run, workflow } = await setup({ a: { run: () => 1 } });
    await run.outcome();
    await engine.close();
    await expect(engine.start(workflow, {})).rejects.toMatchObject(closed);
    await expect(engine.retry(run.id)).rejects.toMatchObject(closed);
    await expect(engine.run(run.id)).resolves.toMatchObject({ id: run.id, state: 'SUCCESS' });
  });

  it('waits for running tasks, records how they end, and starts nothing more', async () => {
    const { engine, tasks, run, journal } = await setup({ a: [], b: ['a'] });
    const outcome = expect(run.outcome()).rejects.toMatchObject(closed);
    const closing = engine.close();
    expect(await hasSettled(closing)).toBe(false);
    await tasks.a.nextAttempt().succeed();
    await closing;
    await outcome;
    expect((await journal()).at(-1)).toMatchObject({ type: 'task-succeeded' });
    expect(tasks.b.begun).toBe(0);
  });

  it('lets a run that ends in time end', async () => {
    const { engine, tasks, run } = await setup({ a: [] });
    const closing = engine.close();
    await tasks.a.nextAttempt().succeed();
    await closing;
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS' });
  });

  it('aborts what is not done in time, and leaves it RUNNING in the record', async () => {
    const { engine, tasks, run, journal, clock } = await setup({ a: { retry: { attemptsMax: 3 } } });
    const outcome = expect(run.outcome()).rejects.toMatchObject(closed);
    const closing = engine.close({ drainMs: 300 });
    await clock.advance(299);
    const a = await tasks.a.nextAttempt();
    expect(a.isAborted).toBe(false);
    await clock.advance(1);
    expect(a.context.signal.reason).toMatchObject(closed);
    await a.yield();
    await closing;
    await outcome;
    expect((await journal()).at(-1)).toMatchObject({ type: 'task-started' });
  });

  it('records a success that comes within the last second', async () => {
    const { engine, tasks, run, journal, clock } = await setup({ a: [], b: [] });
    const outcome = expect(run.outcome()).rejects.toMatchObject(closed);
    const closing = engine.close({ drainMs: 0 });
    await clock.advance(0);
    await (await tasks.a.nextAttempt()).yield();
    await tasks.b.nextAttempt().succeed();
    await closing;
    await outcome;
    expect((await journal()).at(-1)).toMatchObject({ type: 'task-succeeded', task: 1 });
  });

  it('does not wait for ever for a body that ignores its signal, and records nothing of it later', async () => {
    const { engine, tasks, run, journal, clock } = await setup({ a: [] });
    const outcome = expect(run.outcome()).rejects.toMatchObject(closed);
    const closing = engine.close({ drainMs: 100 });
    await clock.advance(1_099);
    expect(await hasSettled(closing)).toBe(false);
    await clock.advance(1);
    await closing;
    await outcome;
    const before = await journal();
    await tasks.a.nextAttempt().succeed();
    expect(await journal()).toEqual(before);
    expect(clock.timers).toBe(0);
  });

  it('may drain without end', async () => {
    const { engine, tasks, clock } = await setup({ a: [] });
    const closing = engine.close({ drainMs: Infinity });
    await clock.advance(1e9);
    expect((await tasks.a.nextAttempt()).isAborted).toBe(false);
    await tasks.a.attempts[0]?.succeed();
    await closing;
  });

  it('makes no automatic attempt afterwards, and leaves no timer', async () => {
    const { engine, tasks, run, clock } = await setup({ a: { retry: { attemptsMax: 2, backoffMs: 10 } } });
    const outcome = expect(run.outcome()).rejects.toMatchObject(closed);
    await tasks.a.nextAttempt().fail();
    await engine.close();
    await outcome;
    expect(clock.timers).toBe(0);
    await clock.advance(1_000);
    expect(tasks.a.begun).toBe(1);
  });

  it('begins no body whose start was being recorded', async () => {
    const store = new WatchedStore();
    const { workflow, tasks } = drawnWorkflow({ a: [] });
    const clock = new VirtualClock();
    const engine = createEngine({ store, clock });
    const run = await engine.start(workflow, {});
    store.hold();
    await quiet();
    const outcome = expect(run.outcome()).rejects.toMatchObject(closed);
    const closing = engine.close({ drainMs: 10 });
    await clock.advance(5_000);
    await outcome;
    store.release();
    await closing;
    await quiet();
    expect(tasks.a.begun).toBe(0);
  });

  it('leaves no run waiting that was being started', async () => {
    const { workflow, tasks } = drawnWorkflow({ a: [] });
    const engine = createEngine({ store: memoryStore(), clock: new VirtualClock() });
    const starting = engine.start(workflow, {});
    const closing = engine.close();
    await expect((await starting).outcome()).rejects.toMatchObject(closed);
    await closing;
    await quiet();
    expect(tasks.a.begun).toBe(0);
  });

  it('leaves nothing unhandled when nobody awaits an outcome', async () => {
    const { engine, clock } = await setup({ a: [] });
    const closing = engine.close({ drainMs: 0 });
    await clock.advance(2_000);
    await closing;
    await quiet(20);
  });

  it('closes its own store, and not one that it was given', async () => {
    const store = memoryStore();
    await createEngine({ store, clock: new VirtualClock() }).close();
    await expect(store.listRuns()).resolves.toEqual([]);
    const own = createEngine({ clock: new VirtualClock() });
    await own.close();
    await expect(own.runs()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });
});
