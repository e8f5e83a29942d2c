import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PrecedeError } from '../../src/errors/index.ts';
import { createEngine, type Notice } from '../../src/run/index.ts';
import { secret } from '../../src/secrets/index.ts';
import { memoryStore, type Store } from '../../src/store/index.ts';
import { defineWorkflow } from '../../src/workflow/index.ts';
import { CutOffError } from '../support/cut-off-error.ts';
import { setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const password = 'correct horse 42';
const encoded = Buffer.from(password).toString('base64');

/** All that a store has of a run, as text. */
async function kept(store: Store, runId: number): Promise<string> {
  return JSON.stringify([await store.readRun(runId), await store.readLog({ runId })]);
}

function expectNoSecret(text: string): void {
  expect(text).not.toContain(password);
  expect(text).not.toContain(encoded);
  expect(text).toContain('[secret]');
}

describe('known secrets', () => {
  it('appear in no event, output, error, log, progress, snapshot or store', async () => {
    const logged: unknown[] = [];
    const log = (fields: object, message: string): void => void logged.push(fields, message);
    const told: Notice[] = [];
    const { engine, tasks, run, store } = await setup(
      { a: [], b: ['a'], c: ['b'] },
      {
        secrets: [password],
        logger: { debug: log, info: log, warn: log, error: log },
        start: { by: `kim ${password}` },
        workflow: {
          admit: () =>
            Promise.resolve({
              context: { stringMap: { p: password }, listMap: { l: [password] } },
              subject: { p: password },
            }),
        },
        input: { deep: [{ p: password }] },
      },
    );
    for (const kind of ['task', 'run', 'log', 'progress'] as const) engine.on(kind, (notice) => told.push(notice));
    run.on('task', () => {
      throw new Error(`a listener knows ${password}`);
    });
    const a = await tasks.a.nextAttempt();
    a.context.log.info(`mysql -p'${password}'`, { env: { p: password } });
    a.context.log.output(encoded);
    a.context.progress(0.5, `half of ${password}`);
    await a.succeed({ [password]: [password, encoded] });
    const b = await tasks.b.nextAttempt();
    expect(JSON.stringify([b.context.upstream, b.context.context])).not.toContain(password);
    await b.fail(
      new PrecedeError('LOGIN', { message: `not ${password}`, details: { p: encoded }, cause: new Error(password) }),
    );
    await engine.skip(run.id, 'b', { by: password });
    await tasks.c.nextAttempt().fail(new CutOffError());
    await engine.resolve(run.id, 'c', { as: 'failed', reason: password });
    const outcome = await run.outcome();
    for (const text of [
      JSON.stringify(told),
      JSON.stringify(logged),
      JSON.stringify([outcome, run.snapshot(), run.header]),
    ])
      expectNoSecret(text);
    expectNoSecret(await kept(store, run.id));
  });

  it('of a resolution’s output and of a stand-in for a skipped one are masked too', async () => {
    const { engine, tasks, run, store } = await setup(
      { a: [], b: { skippable: { output: password } } },
      { secrets: [password], workflow: { onFailure: 'continue' } },
    );
    await tasks.a.nextAttempt().fail(new CutOffError());
    await tasks.b.nextAttempt().fail();
    await engine.resolve(run.id, 'a', { as: 'success', output: { p: password } });
    await engine.skip(run.id, 'b');
    await quiet();
    expectNoSecret(await kept(store, run.id));
  });
});

describe('a secret of the input', () => {
  const workflow = defineWorkflow({
    name: 'Login',
    version: '1',
    input: z.object({ password: z.string().refine(secret()) }),
    declare: (flow) => {
      flow.task('login', {
        run: ({ input, attempt }) => {
          if (attempt === 1) throw new Error(`no login with ${input.password}`);
          return input.password.length;
        },
      });
    },
  });

  it('reaches the body and nothing else, also on a retry while a handle is held', async () => {
    const store = memoryStore();
    const engine = createEngine({ store, clock: new VirtualClock() });
    const run = await engine.start(workflow, { password });
    await expect(run.outcome()).resolves.toMatchObject({
      failures: [{ error: { message: 'no login with [secret]' } }],
    });
    await engine.retry(run.id);
    await expect(run.outcome()).resolves.toMatchObject({ outputs: { login: password.length } });
    expectNoSecret(await kept(store, run.id));
  });

  it('is not made up from the record: a run whose input it was is not taken up there', async () => {
    const store = memoryStore();
    const run = await createEngine({ store, clock: new VirtualClock() }).start(workflow, { password });
    await run.outcome();
    const later = createEngine({ store, workflows: [workflow], clock: new VirtualClock() });
    await expect(later.retry(run.id)).rejects.toMatchObject({ code: 'SECRET_INPUT' });
  });
});
