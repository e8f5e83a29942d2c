import { describe, expect, it } from 'vitest';
import { CutOffError } from '../support/cut-off-error.ts';
import { setup } from '../support/setup.ts';
import { hasSettled } from '../support/turns.ts';

/** A check that gives these answers one after the other; a function among them throws. */
function answering(...answers: unknown[]) {
  const check = (): unknown => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { check, answers };
}

describe('a check', () => {
  it('adopts an effect that is in place, and its output, without running', async () => {
    const { check } = answering({ done: { id: 7 } });
    const { tasks, run } = await setup({ a: { check } });
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', outputs: { a: { id: 7 } } });
    expect(tasks.a.begun).toBe(0);
  });

  it('confirms the effect after the run', async () => {
    const { check, answers } = answering('needed', { done: 'from the check' });
    const { tasks, run } = await setup({ a: { check } });
    await tasks.a.nextAttempt().succeed('from the run');
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', outputs: { a: 'from the run' } });
    expect(answers).toEqual([]);
  });

  it('fails a run whose effect is missing afterwards', async () => {
    const { check } = answering('needed', 'needed');
    const { tasks, run } = await setup({ a: { check } });
    await tasks.a.nextAttempt().succeed();
    expect((await run.outcome()).failures).toMatchObject([{ error: { code: 'EFFECT_MISSING' } }]);
  });

  it('lets a run go when it cannot tell', async () => {
    const { check } = answering({ unknown: 'no view' }, { unknown: 'no view' });
    const { tasks, run } = await setup({ a: { check } });
    await tasks.a.nextAttempt().succeed(1);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', outputs: { a: 1 } });
  });

  it('that throws before the run fails the attempt', async () => {
    const { check } = answering(new Error('no route to host'));
    const { tasks, run } = await setup({ a: { check } });
    expect((await run.outcome()).failures).toMatchObject([{ error: { message: 'no route to host' } }]);
    expect(tasks.a.begun).toBe(0);
  });

  it('adopts on the second attempt what the first one did in spite of its failure', async () => {
    const { check } = answering('needed', { done: 'it was there' });
    const { tasks, run, clock } = await setup({ a: { check, retry: { attemptsMax: 2, backoffMs: 10, jitter: 0 } } });
    await tasks.a.nextAttempt().fail();
    await clock.advance(10);
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', outputs: { a: 'it was there' } });
    expect(tasks.a.begun).toBe(1);
  });
});

describe('an outcome that cannot be known', () => {
  it('is settled by the check: it happened', async () => {
    const { check } = answering('needed', { done: 3 });
    const { tasks, run } = await setup({ a: { check } });
    await tasks.a.nextAttempt().fail(new CutOffError());
    await expect(run.outcome()).resolves.toMatchObject({ state: 'SUCCESS', outputs: { a: 3 } });
  });

  it('is settled by the check: it did not happen', async () => {
    const { check } = answering('needed', 'needed');
    const { tasks, run } = await setup({ a: { check } });
    await tasks.a.nextAttempt().fail(new CutOffError());
    await expect(run.outcome()).resolves.toMatchObject({ state: 'FAILED', failures: [{ error: { code: 'CUT_OFF' } }] });
  });

  it.each([
    ['the check cannot tell', answering('needed', { unknown: 'no answer' })],
    ['the check throws', answering('needed', new Error('still no connection'))],
  ])('is shown as UNKNOWN when %s, and keeps the run open', async (_, { check }) => {
    const { tasks, run, states, journal } = await setup({ a: { check }, b: ['a'] });
    await tasks.a.nextAttempt().fail(new CutOffError());
    expect(states()).toEqual({ a: 'UNKNOWN', b: 'PENDING' });
    expect((await journal()).at(-1)).toMatchObject({ type: 'task-outcome-unknown', error: { code: 'CUT_OFF' } });
    expect(await hasSettled(run.outcome())).toBe(false);
  });

  it('is never guessed by a task without a check', async () => {
    const { tasks, states } = await setup({ a: { retry: { attemptsMax: 5 } } });
    await tasks.a.nextAttempt().fail(new CutOffError());
    expect(states()).toEqual({ a: 'UNKNOWN' });
  });

  it('holds neither slot nor limit', async () => {
    const { tasks } = await setup({ a: { limits: ['x'], priority: 1e9 }, b: { limits: ['x'] } }, { concurrency: 1 });
    await tasks.a.nextAttempt().fail(new CutOffError());
    expect(tasks.b.begun).toBe(1);
  });
});
