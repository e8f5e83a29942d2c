import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { defineWorkflow } from '../../src/workflow/index.ts';
import { setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';

/** a -> b, a -> c; undoing b fails until it is mended. */
async function halfUndone() {
  const undone: string[] = [];
  let isBroken = true;
  const undo = (name: string) => () => {
    if (name === 'b' && isBroken) throw new Error('the host is gone');
    undone.push(name);
  };
  const stage = await setup({
    a: { undo: undo('a'), limits: ['host:1'] },
    b: { upstream: ['a'], undo: undo('b'), limits: ['host:2'] },
    c: { upstream: ['a'], undo: undo('c') },
  });
  await stage.tasks.a.nextAttempt().succeed('output of a');
  await stage.tasks.b.nextAttempt().succeed();
  await stage.tasks.c.nextAttempt().fail();
  const mend = (): void => {
    isBroken = false;
  };
  return { ...stage, undone, mend };
}

describe('a rollback that got stuck', () => {
  it('goes on when its failed undo is retried', async () => {
    const { engine, run, undone, mend, states } = await halfUndone();
    await engine.rollback(run.id);
    await quiet();
    expect([run.state, undone, states()]).toEqual([
      'ROLLBACK_FAILED',
      ['c'],
      { a: 'SUCCESS', b: 'ROLLBACK_FAILED', c: 'ROLLED_BACK' },
    ]);
    await expect(engine.retry(run.id, 'a')).rejects.toMatchObject({ code: 'OPERATION_REFUSED' });
    mend();
    const dry = await engine.retry(run.id, 'b', { dryRun: true });
    expect(dry.preview?.steps.map(({ key, text }) => [key, text])).toEqual([
      ['b', 'is undone, once more'],
      ['a', 'is undone'],
    ]);
    await expect(engine.retry(run.id, undefined, { by: 'kim' })).resolves.toMatchObject({ tasks: [{ key: 'b' }] });
    await quiet();
    expect([run.state, undone]).toEqual(['ROLLED_BACK', ['c', 'b', 'a']]);
  });

  it('goes on without the undo that is skipped', async () => {
    const { engine, run, undone, states, journal } = await halfUndone();
    await engine.rollback(run.id);
    await quiet();
    await engine.skip(run.id, 'b', { by: 'kim' });
    await quiet();
    expect([run.state, undone]).toEqual(['ROLLED_BACK', ['c', 'a']]);
    expect(states()).toEqual({ a: 'ROLLED_BACK', b: 'SKIPPED', c: 'ROLLED_BACK' });
    expect((await journal()).find(({ type }) => type === 'undo-skipped')).toMatchObject({ task: 1, by: 'kim' });
    await expect(engine.rollback(run.id)).rejects.toMatchObject({ code: 'OPERATION_REFUSED' });
  });
});

describe('a rollback without a host', () => {
  it('leaves its tasks as they are, and says so beforehand', async () => {
    const { engine, run, undone, states } = await halfUndone();
    const dry = await engine.rollback(run.id, { without: ['host:2'], dryRun: true });
    expect(dry.preview?.steps.map(({ key, does, text }) => [key, does, text])).toEqual([
      ['b', 'skip', 'is left as it is'],
      ['c', 'undo', 'is undone'],
      ['a', 'undo', 'is undone'],
    ]);
    await engine.rollback(run.id, { without: ['host:2'] });
    await quiet();
    expect([run.state, undone, states()['b']]).toEqual(['ROLLED_BACK', ['c', 'a'], 'SKIPPED']);
  });

  it('that no task belongs to is refused', async () => {
    const { engine, run } = await halfUndone();
    const refused = engine.rollback(run.id, { without: ['host:9'] });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('"host:9"') });
    expect(run.state).toBe('FAILED');
  });
});

it('what cannot be undone is left as it is, and is not said to be undone', async () => {
  const { engine, run, tasks, states } = await setup({ a: { undo: 'irreversible' }, b: ['a'] });
  await tasks.a.nextAttempt().succeed();
  await tasks.b.nextAttempt().fail();
  await engine.rollback(run.id, { pastNoReturn: true });
  await quiet();
  expect([run.state, states()]).toEqual(['ROLLED_BACK', { a: 'SKIPPED', b: 'ROLLED_BACK' }]);
});

it('a run that has succeeded can be rolled back, and its claim is taken again for that', async () => {
  const undone: string[] = [];
  const claims = { workflow: { claims: () => ['cluster:1'] } };
  const { engine, run, tasks, workflow } = await setup({ a: { undo: () => undone.push('a') } }, claims);
  await tasks.a.nextAttempt().succeed();
  const other = await engine.start(workflow, {});
  await expect(engine.rollback(run.id)).rejects.toMatchObject({
    code: 'CLAIM_HELD',
    message: expect.stringContaining(`run ${other.id}`),
  });
  await quiet();
  await engine.cancel(other.id);
  await (await tasks.a.nextAttempt()).yield();
  await engine.rollback(run.id);
  await quiet();
  expect([run.state, undone]).toEqual(['ROLLED_BACK', ['a']]);
});

describe('the policy rollback', () => {
  const parts = { workflow: { onFailure: 'rollback' } } as const;

  it('undoes everything when a task has failed, once what runs has ended', async () => {
    const undone: string[] = [];
    const { run, tasks, journal } = await setup(
      { a: { undo: () => undone.push('a') }, b: { upstream: ['a'] }, c: { upstream: ['a'] } },
      parts,
    );
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    expect([run.state, undone]).toEqual(['RUNNING', []]);
    await tasks.c.nextAttempt().succeed();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'ROLLED_BACK' });
    expect(undone).toEqual(['a']);
    const started = (await journal()).find(({ type }) => type === 'run-rollback-started');
    expect(started).toMatchObject({ by: 'the failure policy', tasks: [0, 1, 2] });
  });

  it('leaves the run FAILED when something has run that cannot be undone', async () => {
    const { run, tasks } = await setup({ a: { undo: 'irreversible' }, b: ['a'] }, parts);
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED' });
  });

  it('waits while the run is paused', async () => {
    const undone: string[] = [];
    const { engine, run, tasks } = await setup({ a: { undo: () => undone.push('a') }, b: ['a'] }, parts);
    await tasks.a.nextAttempt().succeed();
    await engine.pause(run.id);
    await tasks.b.nextAttempt().fail();
    expect([run.state, undone]).toEqual(['PAUSED', []]);
    await engine.resume(run.id);
    await quiet();
    expect([run.state, undone]).toEqual(['ROLLED_BACK', ['a']]);
  });
});

it('a barrier joins a skipped task as well; only who reads what is missing is told so', async () => {
  const read: unknown[] = [];
  const workflow = defineWorkflow({
    name: 'Joined',
    version: '1',
    input: z.object({}),
    declare(flow) {
      const a = flow.task('A', { run: (): Promise<number> => Promise.reject(new Error('it broke')) });
      const b = flow.task('B', { run: () => 2 });
      const joined = flow.barrier('Joined', [a, b]);
      flow.task('Does not read', { upstream: [joined], run: () => 3 });
      flow.task('Reads', { upstream: { joined }, run: ({ upstream }) => void read.push(upstream.joined) });
    },
  });
  const engine = createEngine({ store: memoryStore() });
  const run = await engine.start(workflow, {});
  await run.outcome();
  await engine.skip(run.id, 'A');
  const { outputs, failures } = await run.outcome();
  expect(outputs).toMatchObject({ B: 2, Joined: null, 'Does not read': 3 });
  expect(failures).toMatchObject([{ task: 'Reads', error: { code: 'OUTPUT_SKIPPED' } }]);
  expect(read).toEqual([]);
  await engine.close();
});

it('retrying one of two failed tasks runs it, whatever has become of the other', async () => {
  const { engine, run, tasks } = await setup({ a: [], b: [], c: ['a'] });
  await tasks.a.nextAttempt().fail();
  await tasks.b.nextAttempt().fail();
  expect(run.state).toBe('FAILED');
  const dry = await engine.retry(run.id, 'a', { dryRun: true });
  expect(dry.preview?.steps.map(({ key }) => key)).toEqual(['a', 'c']);
  expect(dry.preview?.untouched).toMatchObject([{ key: 'b', state: 'FAILED' }]);
  await engine.retry(run.id, 'a');
  await tasks.a.nextAttempt().succeed();
  await tasks.c.nextAttempt().succeed();
  await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED', failures: [{ task: 'b' }] });
});
