import { describe, expect, it } from 'vitest';
import { stepDurations } from '../../src/state/index.ts';
import { setup } from '../support/setup.ts';

describe('a task whose effect is in place', () => {
  it('is recorded as adopted, so that its time is taken for nobody else’s', async () => {
    let isInPlace = false;
    const { journal, tasks, clock, run } = await setup({
      adopted: { check: () => ({ done: 1 }) },
      done: { check: () => (isInPlace ? { done: 2 } : 'needed') },
      plain: [],
    });
    await clock.advance(700);
    isInPlace = true;
    await (await tasks.done.nextAttempt()).succeed(2);
    await (await tasks.plain.nextAttempt()).succeed(3);
    await run.outcome();
    const events = await journal();
    const adopted = events.filter((event) => event.type === 'task-succeeded' && event.isAdopted);
    expect(adopted).toMatchObject([{ task: 0, output: 1 }]);
    const { durationMs } = stepDurations([{ tasks: run.plan.tasks, events }]);
    expect(Object.fromEntries(durationMs)).toEqual({ done: 700, plain: 700 });
  });
});
