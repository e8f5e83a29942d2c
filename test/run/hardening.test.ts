import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createEngine,
  defineWorkflow,
  memoryStore,
  secret,
  serializeError,
  workflowFromGraph,
} from '../../src/index.ts';

const entry = join(import.meta.dirname, '../../src/index.ts');

describe('what is recorded', () => {
  it('cannot be changed by a body, a listener or a caller that reads it', async () => {
    const workflow = defineWorkflow({
      name: 'Change',
      version: '1',
      input: z.object({}),
      declare(flow) {
        const a = flow.task('a', { run: () => ({ list: [1] }) });
        flow.task('b', { upstream: { a }, run: (context) => context.upstream.a.list.push(2) });
      },
    });
    const engine = createEngine();
    const run = await engine.start(workflow, {});
    const { failures, outputs } = await run.outcome();

    expect(failures).toMatchObject([{ task: 'b', error: { message: expect.stringContaining('not extensible') } }]);
    expect(outputs).toEqual({ a: { list: [1] } });
    expect(() => Object.assign(outputs['a'] as object, { evil: 1 })).toThrow(TypeError);
    await engine.close();
  });
});

describe('an idempotency key', () => {
  it('tells two graphs of one name apart', async () => {
    const engine = createEngine({ store: memoryStore() });
    await engine.start(workflowFromGraph({ name: 'g', tasks: [{ key: 'a' }] }), {}, { idempotencyKey: 'k' });
    const other = engine.start(workflowFromGraph({ name: 'g', tasks: [{ key: 'x' }] }), {}, { idempotencyKey: 'k' });

    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    await engine.close();
  });

  it('does not mind the order of an input’s keys', async () => {
    const workflow = defineWorkflow({
      name: 'Keys',
      version: '1',
      input: z.record(z.string(), z.number()),
      declare: () => undefined,
    });
    const engine = createEngine();
    const first = await engine.start(workflow, { a: 1, b: 2 }, { idempotencyKey: 'k' });
    const again = await engine.start(workflow, { b: 2, a: 1 }, { idempotencyKey: 'k' });

    expect(again.id).toBe(first.id);
    await engine.close();
  });
});

describe('a secret of the input', () => {
  const declares = {
    'a name': (pw: string) => ({ name: `log in with ${pw}`, options: {} }),
    'a key': (pw: string) => ({ name: 'log in', options: { key: pw } }),
    'a description': (pw: string) => ({ name: 'log in', options: { description: `with ${pw}` } }),
  };
  it.each(Object.entries(declares))('is not run in %s, and the refusal does not show it', async (_, declared) => {
    const workflow = defineWorkflow({
      name: 'Log in',
      version: '1',
      input: z.object({ pw: z.string().refine(secret()) }),
      declare(flow, { pw }) {
        const { name, options } = declared(pw);
        flow.task(name, { ...options, run: () => null });
      },
    });
    const store = memoryStore();
    const engine = createEngine({ store });
    const error: unknown = await engine.start(workflow, { pw: 'hunter2hunter2' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SECRET_IN_NAME', problems: [{ code: 'SECRET_IN_NAME' }] });
    expect(JSON.stringify(serializeError(error))).not.toContain('hunter2');
    expect(await store.listRuns()).toEqual([]);
    await engine.close();
  });

  it('does not stand in the plan of a run', async () => {
    const workflow = defineWorkflow({
      name: 'Log in',
      version: '1',
      input: z.object({ pw: z.string().refine(secret()) }),
      declare: (flow) => void flow.task('log in', { run: () => null }),
    });
    const engine = createEngine();
    const run = await engine.start(workflow, { pw: 'hunter2hunter2' });

    expect(JSON.stringify([run.plan, run.header])).not.toContain('hunter2');
    await engine.close();
  });
});

describe('concurrency', () => {
  it.each([['4'], [null], [{}], [0], [Number.NaN], [1.5], [-1]])('is refused as %j', (concurrency) => {
    expect(() => createEngine({ concurrency: concurrency as number })).toThrow(/concurrency is .*whole number/);
  });
});

describe('a body that never settles', () => {
  it('keeps the process alive instead of leaving its run behind', () => {
    const program = `
      import { createEngine, workflowFromGraph } from ${JSON.stringify(entry)};
      const hang = workflowFromGraph({ name: 'g', tasks: [{ key: 'a' }] }, { run: () => new Promise(() => {}) });
      const run = await createEngine().start(hang, {});
      await run.outcome();`;
    const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { timeout: 3_000 });

    // It was still there when its time was over; by itself it would have ended with 13.
    expect(ended.signal).toBe('SIGTERM');
  });
});
