import { describe, expect, it } from 'vitest';
import { setup } from '../support/setup.ts';
import { stage } from '../support/several-processes.ts';
import { quiet } from '../support/turns.ts';

const retry = { attemptsMax: 2, backoffMs: 1_000, jitter: 0 };

describe('a wall clock that jumps back', () => {
  it('makes nothing end before it began', async () => {
    const { tasks, run, clock, journal } = await setup({ a: { retry } });
    const startedAtMs = clock.nowMs();
    clock.jump(-3_600_000);
    await tasks.a.nextAttempt().fail();
    expect((await journal()).at(-1)).toMatchObject({ atMs: startedAtMs, retryAtMs: startedAtMs + 1_000 });
    await clock.advance(1_000);
    await tasks.a.nextAttempt().succeed();
    expect(run.snapshot()).toMatchObject({ state: 'SUCCESS', startedAtMs, finishedAtMs: startedAtMs });
  });

  it('lets a run that is taken up wait no longer for its next attempt than it would have at most', async () => {
    const { workflow, tasks, process } = stage({ a: { retry: { ...retry, backoffMaxMs: 1_000 } } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt().fail();
    first.process.kill();

    const second = process();
    second.clock.jump(-86_400_000);
    await second.engine.recover();
    await second.clock.advance(999);
    expect(tasks.a.begun).toBe(1);
    await second.clock.advance(1);
    await quiet();
    expect(tasks.a.begun).toBe(2);
  });
});
