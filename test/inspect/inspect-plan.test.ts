import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineService, defineWorkflow, inspectPlan, planWorkflow, provide, secret } from '../../src/index.ts';

const world = defineService<ReadonlyMap<string, string>>('world');

interface Acted {
  count: number;
}

/** a has a check, b reads a, c reads nothing, end joins. */
function workflowOver(acted: Acted) {
  const act = (): string => {
    acted.count += 1;
    return 'made by run';
  };
  return defineWorkflow({
    name: 'Look',
    version: '1',
    input: z.object({}),
    declare(flow) {
      const a = flow.task('a', {
        check: (context) => {
          const found = context.use(world).get('a');
          return found === undefined ? 'needed' : { done: found };
        },
        run: act,
        undo: () => undefined,
        preview: () => [{ kind: 'command', host: '1', text: 'touch a' }],
      });
      const b = flow.task('b', {
        upstream: { a },
        check: (context) => ({ done: `${context.upstream.a}!` }),
        run: act,
      });
      const c = flow.task('c', { run: act, undo: 'irreversible' });
      flow.barrier('end', [a, b, c]);
    },
  });
}

describe('inspectPlan', () => {
  it('says done with the real output, feeds it to dependents, and runs nothing', async () => {
    const acted = { count: 0 };
    const plan = planWorkflow(workflowOver(acted), {});
    const { tasks } = await inspectPlan(plan, { services: [provide(world, new Map([['a', 'found']]))] });

    expect(tasks.map(({ key, finding }) => [key, finding])).toEqual([
      ['a', { kind: 'done', output: 'found' }],
      ['b', { kind: 'done', output: 'found!' }],
      ['c', { kind: 'needed', steps: undefined }],
      ['end', { kind: 'needed', steps: [] }],
    ]);
    expect(tasks.map(({ undo }) => undo)).toEqual(['undo', 'none', 'irreversible', 'none']);
    expect(acted.count).toBe(0);
  });

  it('shows secret values to the tasks and to nobody else', async () => {
    const workflow = defineWorkflow({
      name: 'Log in',
      version: '1',
      input: z.object({ password: z.string().refine(secret()) }),
      declare(flow, { password }) {
        const found = flow.task('found', { check: () => ({ done: { password } }), run: () => ({ password }) });
        flow.task('needed', {
          upstream: { found },
          preview: (ctx) => [
            {
              kind: 'command',
              host: `db:${ctx.upstream.found.password}`,
              text: `login -p ${ctx.upstream.found.password}`,
            },
            { kind: 'note', text: `with ${password} and token-4711` },
          ],
          run: () => 1,
        });
        flow.task('unknown', { check: () => ({ unknown: `${password} did not answer` }), run: () => 1 });
        flow.task('failing', {
          check: () => {
            throw new Error(`${password} is wrong`);
          },
          run: () => 1,
        });
      },
    });
    const plan = planWorkflow(workflow, { password: 'correct horse' });
    const { tasks } = await inspectPlan(plan, { secrets: ['token-4711'] });

    expect(tasks.map(({ finding }) => finding)).toEqual([
      { kind: 'done', output: { password: '[secret]' } },
      {
        kind: 'needed',
        steps: [
          { kind: 'command', host: 'db:[secret]', text: 'login -p [secret]' },
          { kind: 'note', text: 'with [secret] and [secret]' },
        ],
      },
      { kind: 'unknown', why: '[secret] did not answer' },
      { kind: 'unknown', why: '[secret] is wrong' },
    ]);
  });

  it('says needed with what would be done, and unknown where a check reads what only the run makes', async () => {
    const acted = { count: 0 };
    const plan = planWorkflow(workflowOver(acted), {});
    const { tasks } = await inspectPlan(plan, { services: [provide(world, new Map())] });

    expect(tasks[0]?.finding).toEqual({ kind: 'needed', steps: [{ kind: 'command', host: '1', text: 'touch a' }] });
    expect(tasks[1]?.finding).toEqual({
      kind: 'unknown',
      why: 'The output of task "a" is known only after it has run.',
    });
    expect(acted.count).toBe(0);
  });

  it('says unknown when a check throws, and goes on', async () => {
    const plan = planWorkflow(workflowOver({ count: 0 }), {});
    const { tasks } = await inspectPlan(plan);

    expect(tasks[0]?.finding).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('No service named "world"'),
    });
    expect(tasks[2]?.finding.kind).toBe('needed');
  });

  it('does not wait for a check that ignores its deadline', async () => {
    const workflow = defineWorkflow({
      name: 'Hang',
      version: '1',
      input: z.object({}),
      declare(flow) {
        flow.task('hangs', { check: () => new Promise<never>(() => undefined), run: () => null });
        flow.task('answers', { check: () => ({ done: 1 }), run: () => 1 });
      },
    });
    const { tasks } = await inspectPlan(planWorkflow(workflow, {}), { deadlineMs: 20 });

    expect(tasks.map(({ finding }) => finding)).toEqual([
      { kind: 'unknown', why: 'it did not answer within 20 ms' },
      { kind: 'done', output: 1 },
    ]);
  });
});
