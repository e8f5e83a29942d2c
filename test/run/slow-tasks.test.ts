import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, type WarningNotice } from '../../src/run/index.ts';
import { defineWorkflow } from '../../src/workflow/index.ts';
import { setup, type Drawing, type SetupOptions } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

async function watched<Keys extends string>(drawing: Drawing & Record<Keys, Drawing[string]>, options?: SetupOptions) {
  const logged: object[] = [];
  const quietly = (): void => undefined;
  const warn = (fields: object, text: string): void => void logged.push({ ...fields, text });
  const logger = { debug: quietly, info: quietly, warn, error: quietly };
  const stage = await setup<Keys>(drawing, { logger, ...options });
  const warnings: WarningNotice[] = [];
  stage.run.on('warning', (notice) => warnings.push(notice));
  return { ...stage, warnings, logged };
}

describe('an attempt that runs three times its estimate', () => {
  it('is warned of once: to listeners, the logger and in its log', async () => {
    const { run, clock, warnings, logged, store } = await watched({ a: { estimateMs: 30_000 } });
    await clock.advance(89_999);
    expect(warnings).toEqual([]);
    await clock.advance(1);
    const text = 'Task "a" has been running for 1 min 30 s; it was estimated to take 30 s.';
    const figures = { code: 'SLOW_TASK', elapsedMs: 90_000, estimateMs: 30_000 };
    const task = { index: 0, key: 'a', name: 'a', id: run.header.firstTaskId };
    expect(warnings).toEqual([
      { kind: 'warning', runId: run.id, task, attempt: 1, atMs: clock.nowMs(), ...figures, text },
    ]);
    expect(logged).toEqual([{ runId: run.id, task: 'a', attempt: 1, ...figures, text }]);
    await store.flush();
    expect(await store.readLog({ runId: run.id, task: 0 })).toMatchObject([{ attempt: 1, level: 'warn', text }]);
    await clock.advance(600_000);
    expect(warnings).toHaveLength(1);
  });

  it('is warned of again in the next attempt', async () => {
    const retry = { attemptsMax: 2, backoffMs: 10, jitter: 0 };
    const { tasks, clock, warnings } = await watched({ a: { estimateMs: 100, retry } });
    await clock.advance(300);
    await tasks.a.nextAttempt().fail();
    await clock.advance(10 + 299);
    expect(warnings.map(({ attempt }) => attempt)).toEqual([1]);
    await clock.advance(1);
    expect(warnings.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('is told of to listeners of all runs, and still when it is cancelled but does not end', async () => {
    const { engine, run, clock } = await watched({ a: { estimateMs: 100 } });
    const told: string[] = [];
    engine.on('warning', ({ code }) => told.push(code));
    await engine.cancel(run.id);
    await clock.advance(300);
    expect(told).toEqual(['SLOW_TASK']);
  });
});

describe('nobody is warned', () => {
  it('of a task without an estimate of its own, or with one of 0', async () => {
    const { clock, warnings } = await watched({ a: [], b: { estimateMs: 0 } });
    expect(clock.timers).toBe(0);
    await clock.advance(3_600_000);
    expect(warnings).toEqual([]);
  });

  it('of a barrier', async () => {
    const clock = new VirtualClock();
    const warnings: WarningNotice[] = [];
    const engine = createEngine({ clock });
    engine.on('warning', (notice) => warnings.push(notice));
    const workflow = defineWorkflow({
      name: 'Join',
      version: '1',
      input: z.unknown(),
      declare: (flow) => void flow.barrier('Wait', flow.task('a', { run: () => null })),
    });
    const run = await engine.start(workflow, {});
    await quiet();
    expect([run.state, clock.timers, warnings]).toEqual(['SUCCESS', 0, []]);
  });

  it('of an attempt that ended in time, nor of the wait for the next one', async () => {
    const retry = { attemptsMax: 2, backoffMs: 10_000, jitter: 0 };
    const { tasks, clock, warnings } = await watched({ a: { estimateMs: 100, retry } });
    await clock.advance(299);
    await tasks.a.nextAttempt().fail();
    await clock.advance(9_000);
    expect(warnings).toEqual([]);
  });

  it('of an undo', async () => {
    const undoing = Promise.withResolvers<null>();
    const { run, engine, tasks, clock, warnings } = await watched({
      a: { estimateMs: 100, undo: () => undoing.promise },
      b: [],
    });
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    await engine.rollback(run.id);
    await clock.advance(10_000);
    expect([run.state, warnings]).toEqual(['ROLLING_BACK', []]);
    undoing.resolve(null);
    await quiet();
  });
});

it('a warning holds no secret', async () => {
  const drawing: Drawing = { 'unlock hunter2-42': { estimateMs: 100 } };
  const { run, clock, warnings, logged, store } = await watched(drawing, { secrets: ['hunter2-42'] });
  await clock.advance(300);
  await store.flush();
  expect(warnings[0]?.text).toContain('unlock');
  const shown = [warnings[0]?.text, logged, await store.readLog({ runId: run.id })];
  expect(JSON.stringify(shown)).not.toContain('hunter2-42');
});
