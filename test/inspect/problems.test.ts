import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createEngine,
  defineWorkflow,
  inspectPlan,
  memoryStore,
  planWorkflow,
  PrecedeError,
  RefusedError,
  secret,
  type AdmissionRequest,
  type Flow,
} from '../../src/index.ts';

const any = z.object({});

describe('what would stop a run', () => {
  it('is told once, with all the tasks that meet it, and masked', async () => {
    const down = (): never => {
      throw new PrecedeError('HOST_DOWN', { message: 'host h-4711 is down', next: 'Start h-4711.' });
    };
    const workflow = defineWorkflow({
      name: 'Meet',
      version: '1',
      input: any,
      declare(flow) {
        flow.task('fine', { check: () => 'needed', run: () => 1 });
        flow.task('down 1', { check: down, run: () => 1 });
        flow.task('tells', {
          check: () => ({
            unknown: 'two things',
            problems: [
              { code: 'A', message: 'a' },
              { code: 'B', message: 'b' },
            ],
          }),
          run: () => 1,
        });
        flow.task('tells errors', {
          check: () => ({
            unknown: 'an error',
            problems: [new PrecedeError('NOT_CLEAN', { message: 'it is not clean', next: 'Clean it.' })],
          }),
          run: () => 1,
        });
        flow.task('down 2', { preview: down, run: () => 1 });
        flow.task('broken', {
          check: () => {
            throw new TypeError('x is not a function');
          },
          run: () => 1,
        });
      },
    });
    const { problems, tasks } = await inspectPlan(planWorkflow(workflow, {}), { secrets: ['h-4711'] });
    expect(problems).toEqual([
      { code: 'HOST_DOWN', message: 'host [secret] is down', next: 'Start [secret].', tasks: [2, 5] },
      { code: 'A', message: 'a', tasks: [3] },
      { code: 'B', message: 'b', tasks: [3] },
      { code: 'NOT_CLEAN', message: 'it is not clean', next: 'Clean it.', tasks: [4] },
      { code: 'CHECK_FAILED', message: 'x is not a function', tasks: [6] },
    ]);
    expect(tasks.map(({ finding }) => finding.kind)).toEqual(['needed', ...Array.from({ length: 5 }, () => 'unknown')]);
  });

  it('is a secret in a name, which no run is made of', async () => {
    const workflow = defineWorkflow({
      name: 'Named',
      version: '1',
      input: z.object({ password: z.string().refine(secret()) }),
      declare: (flow, { password }) => void flow.task(`as ${password}`, { run: () => 1 }),
    });
    const { problems } = await inspectPlan(planWorkflow(workflow, { password: 'correct horse' }));
    expect(problems).toMatchObject([{ code: 'SECRET_IN_NAME', tasks: [] }]);
  });

  it('is not what only a run can know, and is a check that does not answer', async () => {
    const workflow = defineWorkflow({
      name: 'Wait',
      version: '1',
      input: any,
      declare(flow) {
        const made = flow.task('made', { run: () => 'x' });
        flow.task('reads', { upstream: { made }, check: ({ upstream }) => ({ done: upstream.made }), run: () => 'x' });
        flow.task('hangs', { check: () => new Promise<never>(() => undefined), run: () => null });
      },
    });
    const { problems, tasks } = await inspectPlan(planWorkflow(workflow, {}), { deadlineMs: 5 });
    expect(tasks[1]?.finding.kind).toBe('unknown');
    expect(problems).toMatchObject([{ code: 'CHECK_TIMEOUT', tasks: [3] }]);
  });

  it('is a claim that another run holds, and what the workflow would refuse, with nothing written', async () => {
    const store = memoryStore();
    const admit = async ({ tables }: AdmissionRequest<unknown>): Promise<object> => {
      await tables.put('seen', 'x', { count: (await tables.list('seen')).length });
      throw new RefusedError('NOT_ADMITTED', 'It', [
        { code: 'ONE', message: 'one' },
        { code: 'TWO', message: 'two', next: 'do' },
      ]);
    };
    const parts = { version: '1', input: any, claims: () => ['cluster:1', 'cluster:2'] };
    const refused = defineWorkflow({
      ...parts,
      name: 'Refused',
      admit,
      declare: (flow) => void flow.task('a', { run: () => 1 }),
    });
    const ends = Promise.withResolvers<null>();
    const holding = defineWorkflow({
      ...parts,
      name: 'Holds',
      claims: () => ['cluster:2'],
      declare: (flow) => void flow.task('a', { run: () => ends.promise }),
    });
    const engine = createEngine({ store });
    const run = await engine.start(holding, {});
    const plan = planWorkflow(refused, {});
    const { problems } = await inspectPlan(plan, { store });
    expect(problems).toMatchObject([
      { code: 'CLAIM_HELD', message: expect.stringContaining(`run ${run.id}`), tasks: [] },
      { code: 'ONE', tasks: [] },
      { code: 'TWO', next: 'do', tasks: [] },
    ]);
    ends.resolve(null);
    await run.outcome();
    expect((await inspectPlan(plan, { store })).problems.map(({ code }) => code)).toEqual(['ONE', 'TWO']);
    expect(await store.transact((tables) => tables.list('seen'))).toEqual([]);
    await engine.close();
  });
});

it('a claim is found however many runs are open', async () => {
  const store = memoryStore();
  const engine = createEngine({ store });
  const never = {
    version: '1',
    input: any,
    declare: (flow: Flow) => void flow.task('a', { run: () => new Promise<null>(() => undefined) }),
  };
  const run = await engine.start(defineWorkflow({ ...never, name: 'Holds', claims: () => ['cluster:2'] }), {});
  const other = defineWorkflow({ ...never, name: 'Other' });
  for (let index = 0; index < 1_050; index += 1) await engine.start(other, {});
  const wanting = defineWorkflow({ ...never, name: 'Wants', claims: () => ['cluster:2'] });
  const { problems } = await inspectPlan(planWorkflow(wanting, {}), { store });
  expect(problems).toMatchObject([{ code: 'CLAIM_HELD', message: expect.stringContaining(`run ${run.id}`) }]);
});

describe('looking at several tasks at a time', () => {
  it('never exceeds the concurrency, and looks at upstreams first', async () => {
    let looking = 0;
    let most = 0;
    const seen: number[] = [];
    const workflow = defineWorkflow({
      name: 'Many',
      version: '1',
      input: any,
      declare(flow) {
        const all = flow.forEach(
          Array.from({ length: 20 }, (_, index) => index),
          (item) =>
            flow.task('look', {
              check: async () => {
                looking += 1;
                most = Math.max(most, looking);
                await Promise.resolve();
                looking -= 1;
                seen.push(item);
                return { done: item };
              },
              run: () => item,
            }),
        );
        flow.task('after', {
          upstream: { all },
          check: ({ upstream }) => ({ done: upstream.all.length }),
          run: () => 0,
        });
      },
    });
    const { tasks } = await inspectPlan(planWorkflow(workflow, {}), { concurrency: 3 });
    expect(tasks.at(-1)?.finding).toEqual({ kind: 'done', output: 20 });
    expect([most, seen.length]).toEqual([3, 20]);
  });

  it.each([0, -1, 1.5, Number.NaN])('%d at a time is refused', async (concurrency) => {
    const workflow = defineWorkflow({
      name: 'One',
      version: '1',
      input: any,
      declare: (flow) => void flow.task('a', { run: () => 1 }),
    });
    await expect(inspectPlan(planWorkflow(workflow, {}), { concurrency })).rejects.toMatchObject({
      code: 'INVALID_CONCURRENCY',
    });
  });
});
