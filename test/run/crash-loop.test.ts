import { describe, expect, it } from 'vitest';
import { stage } from '../support/several-processes.ts';
import { quiet } from '../support/turns.ts';

/** Two runs whose process has ended twice, with both of them under way; nobody has them now. */
async function twoSuspects() {
  const stages = stage({ a: { repeatable: true } });
  const { workflow, tasks, process } = stages;
  const begun = async (): Promise<void> => {
    for (let run = 1; run <= 2; run++) await tasks.a.nextAttempt();
  };
  let current = process();
  for (let run = 1; run <= 2; run++) await current.engine.start(workflow, {});
  await begun();
  for (let recovery = 1; recovery <= 2; recovery++) {
    current.process.kill();
    current = process();
    await current.engine.recover();
    await begun();
  }
  current.process.kill();
  return stages;
}

describe('a run whose process ends again and again', () => {
  it('is not put aside for the company it was in', async () => {
    const { world, tasks, process } = await twoSuspects();
    // The third time run 1 is on trial alone, and ends the process again.
    const current = process();
    void current.engine.recover();
    expect((await tasks.a.nextAttempt()).context.runId).toBe(1);
    await quiet();
    expect((await current.engine.run(2))?.isLive).toBe(false);
    current.process.kill();
    const last = process();
    const recovering = last.engine.recover();
    const attempt = await tasks.a.nextAttempt();
    expect(attempt.context.runId).toBe(2);
    await attempt.succeed();
    await recovering;
    await quiet();
    const states = (await world.process().store.listRuns()).map(({ header, state }) => [header.id, state]);
    expect(states.toSorted()).toEqual([
      [1, 'PAUSED'],
      [2, 'SUCCESS'],
    ]);
  });

  it('keeps no engine from closing while it is on trial', async () => {
    const { tasks, process } = await twoSuspects();
    const { engine, clock } = process();
    const recovering = engine.recover();
    const refused = expect(recovering).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    await tasks.a.nextAttempt();
    const closing = engine.close({ drainMs: 0 });
    await clock.advance(2_000);
    await Promise.all([closing, refused]);
    expect(tasks.a.begun).toBe(7);
  });

  it('is put aside when it has made its process end four times without getting on', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true }, b: [] });
    const first = process();
    await first.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    await tasks.b.nextAttempt().succeed();
    first.process.kill();
    for (let recovery = 1; recovery <= 3; recovery++) {
      const next = process();
      expect((await next.engine.recover()).runs[0]?.state).toBe('RUNNING');
      await quiet();
      next.process.kill();
    }
    const last = process();
    const [run] = (await last.engine.recover()).runs;
    await quiet();
    expect([run?.state, run?.snapshot().tasks[0]]).toMatchObject([
      'PAUSED',
      { state: 'UNKNOWN', error: { code: 'CRASH_LOOP' } },
    ]);
    expect(tasks.a.begun).toBe(4);
    await last.engine.resolve(1, 'a', { as: 'failed' });
    await quiet();
    expect((await run?.outcome())?.state).toBe('FAILED');
  });

  it('is not put aside as long as it gets on', async () => {
    const drawing = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, { repeatable: true }]));
    const { workflow, tasks, process } = stage(drawing);
    let current = process({ concurrency: 1 });
    await current.engine.start(workflow, {});
    for (const key of Object.keys(drawing)) {
      await quiet();
      await tasks[key]?.nextAttempt();
      current.process.kill();
      current = process({ concurrency: 1 });
      await current.engine.recover();
      await tasks[key]?.nextAttempt().succeed();
    }
    expect((await (await current.engine.run(1))?.outcome())?.state).toBe('SUCCESS');
  });
});
