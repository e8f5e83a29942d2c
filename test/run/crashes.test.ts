import { describe, expect, it } from 'vitest';
import { stage } from '../support/several-processes.ts';
import { quiet } from '../support/turns.ts';

describe('a process that ends at an append', () => {
  it('has begun no body whose start is not recorded', async () => {
    const { workflow, tasks, process, journal } = stage({ a: [] });
    const { engine, process: own } = process();
    own.crashAt = ({ about }) => (about === 'task-started 1' ? 'before' : undefined);
    await engine.start(workflow, {});
    await quiet();
    expect([own.hasEnded, tasks.a.begun, (await journal()).map(({ type }) => type)]).toEqual([
      true,
      0,
      ['run-started'],
    ]);
  });

  it.each([
    ['before', 'RUNNING'],
    ['after', 'SUCCESS'],
  ] as const)('has cleared nothing away yet: %s it', async (moment, state) => {
    const ended: string[] = [];
    const end = ({ token }: { readonly token: string }): void => void ended.push(token);
    const { workflow, tasks, process } = stage({ a: { repeatable: true, end }, b: { upstream: ['a'] } });
    const first = process();
    first.process.crashAt = ({ about }) => (about.startsWith('task-succeeded 1') ? moment : undefined);
    await first.engine.start(workflow, {});
    const attempt = await tasks.a.nextAttempt();
    await attempt.succeed();
    expect([first.process.hasEnded, ended]).toEqual([true, []]);
    const { runs } = await process().engine.recover();
    await quiet();
    expect([runs[0]?.snapshot().tasks[0]?.state, ended]).toEqual([
      state,
      moment === 'after' ? [attempt.context.token] : [],
    ]);
  });
});

describe('a run that is taken up', () => {
  it('goes on with what was under way, also when nothing else can start', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    first.process.kill();
    await process().engine.recover();
    await quiet();
    expect(tasks.a.begun).toBe(2);
  });

  it('starts nothing anew that is recorded as done', async () => {
    const { workflow, tasks, process, journal } = stage({ a: [], b: { upstream: ['a'], repeatable: true } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt();
    first.process.kill();
    await process().engine.recover();
    await quiet();
    const starts = (await journal()).flatMap((event) => (event.type === 'task-started' ? [event.task] : []));
    expect([starts, tasks.a.begun]).toEqual([[0, 1], 1]);
  });

  it('has a cancelled task only once what it has left running has ended', async () => {
    const ending = Promise.withResolvers<undefined>();
    const { workflow, tasks, process } = stage({ a: { repeatable: true, end: () => ending.promise } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    await first.engine.cancel(1);
    first.process.kill();
    const { runs } = await process().engine.recover();
    await quiet();
    expect(runs[0]?.snapshot().tasks[0]?.state).toBe('CANCELLING');
    ending.resolve(undefined);
    expect((await runs[0]?.outcome())?.state).toBe('CANCELLED');
  });

  it('makes an automatic attempt when its time has come, and not before', async () => {
    const { workflow, tasks, process } = stage({ a: { retry: { attemptsMax: 2, backoffMs: 1_000, jitter: 0 } } });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt().fail();
    await quiet();
    first.process.kill();
    const { engine, clock } = process();
    await engine.recover();
    await clock.advance(999);
    expect(tasks.a.begun).toBe(1);
    await clock.advance(1);
    expect(tasks.a.begun).toBe(2);
  });

  it('has its crashes counted anew once a task of it has come to an end', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true }, b: { repeatable: true } });
    let current = process();
    await current.engine.start(workflow, {});
    for (let crash = 1; crash <= 6; crash++) {
      await quiet();
      if (crash === 4) await tasks.b.attempts.at(-1)?.succeed();
      current.process.kill();
      current = process();
      expect((await current.engine.recover()).runs[0]?.state).toBe('RUNNING');
    }
  });
});
