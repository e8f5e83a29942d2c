import { describe, expect, it } from 'vitest';
import type { LogNotice, ProgressNotice } from '../../src/run/index.ts';
import { defineService, provide } from '../../src/workflow/index.ts';
import { setup } from '../support/setup.ts';

describe('ctx.use', () => {
  const clock = defineService<{ now(): number }>('clock');

  it('gives the service that the engine was given', async () => {
    const { run } = await setup(
      { a: { run: (ctx) => ctx.use(clock).now() } },
      { services: [provide(clock, { now: () => 7 })] },
    );
    await expect(run.outcome()).resolves.toMatchObject({ outputs: { a: 7 } });
  });

  it('fails the task by name when there is none', async () => {
    const { run } = await setup({ a: { run: (ctx) => ctx.use(clock).now() } });
    const { failures } = await run.outcome();
    expect(failures).toMatchObject([
      { error: { code: 'SERVICE_MISSING', message: expect.stringContaining('"clock"') } },
    ]);
  });
});

describe('ctx.log', () => {
  it('keeps lines and tells them, with their attempt', async () => {
    const { tasks, engine, run, store } = await setup({ a: [] });
    const heard: LogNotice[] = [];
    engine.on('log', (notice) => heard.push(notice));
    const { context } = await tasks.a.nextAttempt();
    context.log.info('$ rpm -i', { host: 1 });
    context.log.output('done');
    expect(heard).toMatchObject([
      { level: 'info', text: '$ rpm -i', fields: { host: 1 }, attempt: 1, task: { key: 'a' } },
      { level: 'output', text: 'done' },
    ]);
    const lines = await store.readLog({ runId: run.id });
    expect(lines.map(({ level, text }) => [level, text])).toEqual([
      ['info', '$ rpm -i {"host":1}'],
      ['output', 'done'],
    ]);
  });

  it('never throws: not for what is no JSON, not for a store that takes no lines', async () => {
    const errors: string[] = [];
    const nothing = (): void => {};
    const logger = {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (_: object, message: string) => errors.push(message),
    };
    const { tasks, store } = await setup({ a: [] }, { logger, secrets: ['hunter2'] });
    const { context } = await tasks.a.nextAttempt();
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    context.log.info('x', { n: 1n, ring } as never);
    context.log.info(undefined as never);
    await store.close();
    context.log.info('late');
    context.log.info('later');
    expect(errors).toEqual(['lines of the tasks’ log are lost']);
  });
});

describe('ctx.progress', () => {
  it('tells a fraction from 0 to 1 and a text, whatever it is given', async () => {
    const { tasks, run } = await setup({ a: [] });
    const heard: ProgressNotice[] = [];
    run.on('progress', (notice) => heard.push(notice));
    const { context } = await tasks.a.nextAttempt();
    for (const fraction of [0.5, -1, 7, Number.NaN]) context.progress(fraction, 'copying');
    context.progress(1);
    expect(heard.map(({ fraction, text }) => [fraction, text])).toEqual([
      [0.5, 'copying'],
      [0, 'copying'],
      [1, 'copying'],
      [0, 'copying'],
      [1, ''],
    ]);
  });
});

it('the step token is another for every task, run and attempt', async () => {
  const retry = { attemptsMax: 2, backoffMs: 0 };
  const { tasks, clock, engine, workflow } = await setup({ a: { retry }, b: [] });
  const tokens = [(await tasks.a.nextAttempt()).context.token, (await tasks.b.nextAttempt()).context.token];
  await tasks.a.attempts[0]?.fail();
  await clock.advance(0);
  tokens.push((await tasks.a.nextAttempt()).context.token);
  await engine.start(workflow, {});
  tokens.push((await tasks.a.nextAttempt()).context.token);
  expect(new Set(tokens).size).toBe(4);
});
