import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  defineService,
  defineWorkflow,
  type CheckContext,
  type Task,
  type TaskContext,
} from '../../src/workflow/index.ts';

const schema = z.object({ servers: z.array(z.number()), zone: z.string().default('zone1') });
type Input = z.infer<typeof schema>;

describe('a step function written alone', () => {
  interface Host {
    readonly hostIds: readonly number[];
  }
  async function install(ctx: TaskContext<Input, { readonly reserve: Host }>): Promise<{ path: string }> {
    return { path: String(ctx.upstream.reserve.hostIds[0]) };
  }
  async function isInstalled(ctx: CheckContext<{ zone: string }>): Promise<'needed' | { done: { path: string } }> {
    return ctx.input.zone === '' ? 'needed' : { done: { path: '' } };
  }

  it('fits a task that gives it what it asks for', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: schema,
      declare(flow) {
        const reserve = flow.task('Reserve', { run: () => ({ hostIds: [1] }) });
        const installed = flow.task('Install', { upstream: { reserve }, check: isInstalled, run: install });
        expectTypeOf(installed).toEqualTypeOf<Task<{ path: string }>>();
      },
    });
  });

  it('does not fit a task that lacks an upstream or an input of its own', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: schema,
      declare(flow) {
        const other = flow.task('Other', { run: () => ({ hostIds: [1] }) });
        // @ts-expect-error "reserve" is missing
        flow.task('a', { run: install });
        // @ts-expect-error "reserve" is missing
        flow.task('b', { upstream: { other }, run: install });
        // @ts-expect-error "reserve" is of another type
        flow.task('c', { upstream: { reserve: flow.task('d', { run: () => 1 }) }, run: install });
      },
    });
    defineWorkflow({
      name: 'w',
      version: '1',
      input: z.object({}),
      declare(flow) {
        const reserve = flow.task('Reserve', { run: () => ({ hostIds: [1] }) });
        // @ts-expect-error the input has no zone
        flow.task('a', { upstream: { reserve }, run: install });
      },
    });
  });
});

describe('services', () => {
  interface Clock {
    now(): number;
  }
  const clock = defineService<Clock>('clock');

  it('are typed where they are used', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: z.object({}),
      declare(flow) {
        const now = flow.task('a', {
          check: (ctx) => ({ unknown: String(ctx.use(clock).now()) }),
          run: (ctx) => {
            expectTypeOf(ctx.use(clock)).toEqualTypeOf<Clock>();
            return ctx.use(clock).now();
          },
          preview: (ctx) => [{ kind: 'note', text: String(ctx.use(clock).now()) }],
        });
        expectTypeOf(now).toEqualTypeOf<Task<number>>();
      },
    });
  });

  it('leak no any into a context', () => {
    expectTypeOf<TaskContext['input']>().toBeUnknown();
    expectTypeOf<TaskContext['upstream']>().toBeUnknown();
    expectTypeOf<TaskContext['signal']>().toEqualTypeOf<AbortSignal>();
    expectTypeOf<TaskContext['token']>().toEqualTypeOf<string>();
    expectTypeOf<Parameters<TaskContext['progress']>>().toEqualTypeOf<[fraction: number, text?: string | undefined]>();
  });
});
