import { expect, it } from 'vitest';
import { OutcomeUnknownError } from '../../src/run/index.ts';
import { stage } from '../support/several-processes.ts';

it('an unknown outcome of an attempt that was given up is asked for, not taken for a failure', async () => {
  const answers: unknown[] = ['needed', { done: 'after all' }];
  const { workflow, tasks, process } = stage({ a: { check: () => answers.shift() } });
  const { engine } = process();
  const run = await engine.start(workflow, {});
  const attempt = await tasks.a.nextAttempt();
  await engine.cancel(1);
  await attempt.fail(new OutcomeUnknownError('cut off'));
  expect(await run.outcome()).toMatchObject({ state: 'SUCCESS', outputs: { a: 'after all' } });
});

it('an attempt that was given up is FAILED only once what it left running has ended', async () => {
  let isRunning = true;
  const end = () => (isRunning ? Promise.reject(new Error('it lives on')) : Promise.resolve());
  const { workflow, tasks, process } = stage({ a: { check: () => 'needed', end }, b: [] });
  const { engine } = process();
  const run = await engine.start(workflow, {});
  const first = await tasks.a.nextAttempt();
  await tasks.b.nextAttempt().succeed();
  await first.fail(new OutcomeUnknownError('cut off'));
  expect(run.snapshot().tasks[0]?.state).toBe('UNKNOWN');
  isRunning = false;
  await engine.resolve(1, 'a', { as: 'failed' });
  await engine.retry(1);
  await (await tasks.a.nextAttempt()).fail(new OutcomeUnknownError('cut off again'));
  expect((await run.outcome()).state).toBe('FAILED');
});
