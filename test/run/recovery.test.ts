import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { drawnWorkflow } from '../support/setup.ts';
import { stage, type Drawn, type Parts } from '../support/several-processes.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const types = (events: readonly RunEvent[]): readonly string[] =>
  events.map((event) => ('task' in event ? `${event.type} ${event.task}` : event.type));

describe('a run whose process has ended', () => {
  it('goes on elsewhere: what is recorded never runs again, what was under way is asked for', async () => {
    const { workflow, tasks, process, journal } = stage({
      a: [],
      b: { upstream: ['a'], repeatable: true },
      c: ['b'],
    });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt().succeed('done');
    await tasks.b.nextAttempt();
    first.process.kill();
    const second = process();
    const { runs, refused } = await second.engine.recover();
    expect([runs.map(({ id }) => id), refused]).toEqual([[1], []]);
    await tasks.b.nextAttempt().succeed();
    await tasks.c.nextAttempt().succeed();
    expect(await runs[0]?.outcome()).toMatchObject({ state: 'SUCCESS', outputs: { a: 'done' } });
    expect([tasks.a.begun, tasks.b.begun, tasks.c.begun]).toEqual([1, 2, 1]);
    expect(
      tasks.b.attempts.map(({ context }) => [context.attempt, context.token === tasks.b.attempts[0]?.context.token]),
    ).toEqual([
      [1, true],
      [1, true],
    ]);
    expect(types(await journal())).toEqual([
      ...['run-started', 'task-started 0', 'task-succeeded 0', 'task-started 1', 'task-succeeded 1'],
      ...['task-started 2', 'task-succeeded 2', 'run-settled'],
    ]);
  });

  it.each([
    ['done', { done: 'found' }, 'SUCCESS', 1],
    ['needed', 'needed', 'RUNNING', 2],
    ['cannot tell', { unknown: 'why not' }, 'UNKNOWN', 1],
  ] as const)('asks the check of a task that may not be sent twice: %s', async (_, answer, state, begun) => {
    let isAsked = false;
    const check = () => (isAsked ? answer : 'needed');
    const { workflow, tasks, process } = stage({ a: { check } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    first.process.kill();
    isAsked = true;
    const { runs } = await process().engine.recover();
    await quiet();
    expect([runs[0]?.snapshot().tasks[0]?.state, tasks.a.begun]).toEqual([state, begun]);
  });

  it('has an UNKNOWN task where nobody can tell, until somebody resolves it', async () => {
    const { workflow, tasks, process } = stage({ a: [], b: ['a'] });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    first.process.kill();
    const { engine } = process();
    const { runs } = await engine.recover();
    await quiet();
    const [task] = runs[0]?.snapshot().tasks ?? [];
    expect(task).toMatchObject({ state: 'UNKNOWN', error: { code: 'OUTCOME_UNKNOWN' } });
    await engine.resolve(1, 'a', { as: 'success', output: 7 });
    await tasks.b.nextAttempt().succeed();
    expect(await runs[0]?.outcome()).toMatchObject({ state: 'SUCCESS', outputs: { a: 7 } });
  });

  it('waits on for automatic attempts, and keeps to a pause', async () => {
    const { workflow, tasks, process } = stage({ a: { retry: { attemptsMax: 2, backoffMs: 1_000, jitter: 0 } } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt().fail();
    await first.engine.pause(1);
    first.process.kill();
    const { engine, clock } = process();
    const { runs } = await engine.recover();
    await clock.advance(5_000);
    expect([runs[0]?.state, tasks.a.begun]).toEqual(['PAUSED', 1]);
    await engine.resume(1);
    await tasks.a.nextAttempt().succeed();
    expect(await runs[0]?.outcome()).toMatchObject({ state: 'SUCCESS' });
  });

  it('ends what a cancelled attempt has left running before it says that it is cancelled', async () => {
    const ended: string[] = [];
    const { workflow, tasks, process } = stage({
      a: { repeatable: true, end: (context) => void ended.push(context.token) },
    });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    await first.engine.cancel(1);
    first.process.kill();
    const { runs } = await process().engine.recover();
    expect(await runs[0]?.outcome()).toMatchObject({ state: 'CANCELLED' });
    expect(ended).toContain(tasks.a.attempts[0]?.context.token);
    expect(tasks.a.begun).toBe(1);
  });

  it('goes on rolling back', async () => {
    const undone: string[] = [];
    const undo = (key: string) => () => void undone.push(key);
    const { workflow, tasks, process } = stage({
      a: { undo: undo('a') },
      b: {
        upstream: ['a'],
        repeatable: true,
        undo: () => (undone.push('b'), undone.length === 1 ? new Promise(() => {}) : undefined),
      },
      c: { upstream: ['b'] },
    });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().succeed();
    await tasks.c.nextAttempt().fail();
    await first.engine.rollback(1);
    await quiet();
    first.process.kill();
    const { runs } = await process().engine.recover();
    expect(await runs[0]?.outcome()).toMatchObject({ state: 'ROLLED_BACK' });
    expect(undone).toEqual(['b', 'b', 'a']);
  });

  it('keeps its claim until it has ended, and frees it then', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true } }, { claims: () => ['cluster:1'] });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    first.process.kill();
    const { engine } = process();
    await expect(engine.start(workflow, {})).rejects.toMatchObject({ code: 'CLAIM_HELD' });
    const { runs } = await engine.recover();
    await tasks.a.nextAttempt().succeed();
    await runs[0]?.outcome();
    await expect(engine.start(workflow, {})).resolves.toMatchObject({ id: 2 });
  });

  it('is taken up by itself where its workflow is given, and once', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    first.process.kill();
    const engines = [process({ recover: true }), process({ recover: true })];
    await quiet(20);
    expect(tasks.a.begun).toBe(2);
    await tasks.a.nextAttempt().succeed();
    for (const { engine } of engines) expect((await engine.run(1))?.state).toBe('SUCCESS');
  });

  it('goes on under its idempotency key', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true } });
    const first = process();
    await first.engine.start(workflow, {}, { idempotencyKey: 'k' });
    await tasks.a.nextAttempt();
    first.process.kill();
    const again = await process().engine.start(workflow, {}, { idempotencyKey: 'k' });
    await tasks.a.nextAttempt().succeed();
    expect([again.id, (await again.outcome()).state]).toEqual([1, 'SUCCESS']);
  });
});

describe('a workflow that has changed since', () => {
  const before = { a: {}, b: { upstream: ['a'], repeatable: true }, c: { upstream: ['b'] } };

  async function crashed(now: Drawn<string>, parts: Parts = {}) {
    const { world, workflow, tasks, journal } = stage(before);
    const first = world.process();
    const engine = createEngine({ store: first.store, clock: new VirtualClock() });
    await engine.start(workflow, {});
    await tasks.a.nextAttempt().succeed(1);
    await tasks.b.nextAttempt();
    first.kill();
    const changed = drawnWorkflow(now, parts);
    const { store } = world.process();
    const options = { store, clock: new VirtualClock(), workflows: [changed.workflow], recover: false };
    return { later: createEngine(options), tasks: changed.tasks, journal };
  }

  it.each([
    ['a task is gone', { a: {}, c: { upstream: ['a'] } }, {}, 'task "b" is gone'],
    ['a task is new', { ...before, d: {} }, {}, 'task "d" is new'],
    ['an edge is another', { ...before, c: { upstream: ['a', 'b'] } }, {}, 'task "c" waits for "a", "b", not for "b"'],
    ['the version', before, { version: '2' }, 'its version is 2, not 1'],
    ['the input schema', before, { input: z.object({ more: z.string() }) }, 'its input schema is another'],
  ] as const)('is refused with what has changed: %s', async (_, now, parts, change) => {
    const { later } = await crashed(now, parts);
    const { runs, refused } = await later.recover();
    expect(runs).toEqual([]);
    expect(refused).toMatchObject([
      { runId: 1, error: { code: 'PLAN_CHANGED', message: expect.stringContaining(change) } },
    ]);
  });

  it('is gone on with when that is accepted: what was planned is what runs', async () => {
    const { later, tasks, journal } = await crashed(
      { d: {}, ...before, c: { upstream: ['b', 'd'] } },
      { version: '2' },
    );
    const refused = await later.recover({ acceptChanges: true });
    expect(refused.refused).toMatchObject([{ error: { message: expect.stringContaining('task "c" now reads "d"') } }]);
    const accepted = await crashed({ d: {}, ...before }, { version: '2' });
    const { runs } = await accepted.later.recover({ acceptChanges: true, by: 'ops' });
    await accepted.tasks['b']?.nextAttempt().succeed();
    await accepted.tasks['c']?.nextAttempt().succeed();
    expect(await runs[0]?.outcome()).toMatchObject({ state: 'SUCCESS', outputs: { a: 1 } });
    expect(Object.keys((await runs[0]?.outcome())?.outputs ?? {})).toEqual(['a', 'b', 'c']);
    expect((await accepted.journal()).find(({ type }) => type === 'changes-accepted')).toMatchObject({ by: 'ops' });
    expect([tasks['d']?.begun, await journal()]).toMatchObject([0, { length: 4 }]);
  });
});

it('an owner that was taken for dead records nothing more, and is told', async () => {
  const { workflow, tasks, process, journal } = stage({ a: { repeatable: true } });
  const first = process();
  const run = await first.engine.start(workflow, {});
  const stale = await tasks.a.nextAttempt();
  // Stopped, not ended: what it had sent still comes in.
  first.process.condemn();
  const { runs } = await process().engine.recover();
  const lost = expect(run.outcome()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await stale.succeed('stale');
  await lost;
  await tasks.a.nextAttempt().succeed('true');
  expect(await runs[0]?.outcome()).toMatchObject({ outputs: { a: 'true' } });
  expect(types(await journal())).toEqual(['run-started', 'task-started 0', 'task-succeeded 0', 'run-settled']);
});

it('a run whose settle hook fails is let go, and can be taken up', async () => {
  let isBroken = true;
  const settle = () => (isBroken ? Promise.reject(new Error('no such cluster')) : Promise.resolve());
  const { workflow, tasks, process } = stage({ a: [] }, { settle });
  const { engine } = process();
  const run = await engine.start(workflow, {});
  const failed = expect(run.outcome()).rejects.toThrow('no such cluster');
  await tasks.a.nextAttempt().succeed();
  await failed;
  await quiet();
  isBroken = false;
  const { runs } = await engine.recover();
  expect((await runs[0]?.outcome())?.state).toBe('SUCCESS');
});
