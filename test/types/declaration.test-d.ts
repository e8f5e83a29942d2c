import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineWorkflow, type Recorded, type Task, type TaskGroup, type Workflow } from '../../src/workflow/index.ts';

const schema = z.object({
  servers: z.array(z.number()),
  zone: z.string().default('zone1'),
  port: z.string().transform((text) => Number(text)),
});

interface Input {
  servers: number[];
  zone: string;
  port: number;
}

describe('a declaration', () => {
  it('infers the documented example as it is written', () => {
    defineWorkflow({
      name: 'Add OB server',
      version: '1',
      input: schema,
      declare(flow, input) {
        const reserve = flow.task('Reserve host', {
          run: async (ctx) => {
            expectTypeOf(ctx.input).toEqualTypeOf<Input>();
            return { hostIds: [1] };
          },
          undo: async (ctx, output) => {
            expectTypeOf(ctx.input).toEqualTypeOf<Input>();
            expectTypeOf(output).toEqualTypeOf<{ hostIds: number[] } | undefined>();
          },
        });
        expectTypeOf(reserve).toEqualTypeOf<Task<{ hostIds: number[] }>>();
        const checked = flow.forEach(
          input.servers,
          (host, index) => {
            expectTypeOf(host).toEqualTypeOf<number>();
            expectTypeOf(index).toEqualTypeOf<number>();
            return flow.task('Pre check for install OB', {
              upstream: { reserve },
              run: (ctx) => {
                expectTypeOf(ctx.upstream.reserve.hostIds).toEqualTypeOf<number[]>();
                expectTypeOf(ctx.upstream.reserve).not.toBeAny();
                return ctx.upstream.reserve.hostIds.length;
              },
            });
          },
          { key: (host) => `host:${host}`, parallel: 8 },
        );
        expectTypeOf(checked).toEqualTypeOf<TaskGroup<number>>();
        const wait = flow.barrier('Wait node', checked);
        expectTypeOf(wait).toEqualTypeOf<Task<readonly number[]>>();
        flow.task('After all', {
          upstream: { checked, wait },
          run: ({ upstream }) => {
            expectTypeOf(upstream.checked).toEqualTypeOf<readonly number[]>();
            expectTypeOf(upstream.wait[0]).toEqualTypeOf<number | undefined>();
          },
        });
      },
    });
  });

  it('types the raw input for callers and the parsed input for tasks, defaults and transforms included', () => {
    const workflow = defineWorkflow({
      name: 'w',
      version: '1',
      input: schema,
      claims: (input) => {
        expectTypeOf(input).toEqualTypeOf<Input>();
        return [];
      },
      declare(flow, input) {
        expectTypeOf(flow).not.toBeAny();
        expectTypeOf(input).toEqualTypeOf<Input>();
      },
    });
    expectTypeOf(workflow).toEqualTypeOf<Workflow<{ servers: number[]; zone?: string | undefined; port: string }>>();
  });

  it('does not compile with an upstream that was not named', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: z.object({}),
      declare(flow) {
        const reserve = flow.task('Reserve', { run: () => 1 });
        flow.task('a', {
          upstream: { reserve },
          // @ts-expect-error the upstream is called "reserve"
          run: (ctx) => ctx.upstream.reserved === 1,
        });
        flow.task('b', {
          // @ts-expect-error this task has no upstream
          run: (ctx) => ctx.upstream.reserve === 1,
        });
        // @ts-expect-error a reference, not a name
        flow.task('c', { upstream: ['Reserve'], run: () => 1 });
        // @ts-expect-error a record of references, not a reference
        flow.task('d', { upstream: reserve, run: () => 1 });
        // @ts-expect-error an option that does not exist
        flow.task('e', { upstreams: { reserve }, run: () => 1 });
      },
    });
  });

  it('infers the output from run alone', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: z.object({}),
      declare(flow) {
        const fits = flow.task('fits', {
          check: async () => ({ done: { pid: 1 } }),
          run: async () => ({ pid: 2 }),
          undo: (ctx, output) => {
            expectTypeOf(output?.pid).toEqualTypeOf<number | undefined>();
          },
          skippable: { output: { pid: 0 } },
        });
        expectTypeOf(fits).toEqualTypeOf<Task<{ pid: number }>>();
        flow.task('check of another type', {
          // @ts-expect-error run gives a pid
          check: () => ({ done: { port: 1 } }),
          run: () => ({ pid: 2 }),
        });
        flow.task('undo of another type', {
          run: () => ({ pid: 2 }),
          // @ts-expect-error run gives a pid
          undo: (ctx, output: { port: number } | undefined) => ctx.progress(output?.port ?? 0),
        });
        flow.task('skipped output of another type', {
          run: () => ({ pid: 2 }),
          // @ts-expect-error run gives a pid
          skippable: { output: { port: 1 } },
        });
        flow.task('misspelt', {
          run: () => 1,
          // @ts-expect-error the word is "irreversible"
          undo: 'irreversable',
        });
      },
    });
  });

  it('infers the output whether or not run looks at its context, and wherever a stand-in for it stands', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: z.object({}),
      declare(flow) {
        const before = flow.task('before', { skippable: { output: { pid: 0 } }, run: (ctx) => ({ pid: ctx.attempt }) });
        const after = flow.task('after', {
          upstream: { before },
          run: async (ctx) => ({ pid: ctx.upstream.before.pid }),
          undo: 'irreversible',
          skippable: { output: { pid: 0 } },
        });
        expectTypeOf(before).toEqualTypeOf<Task<{ pid: number }>>();
        expectTypeOf(after).toEqualTypeOf<Task<{ pid: number }>>();
        flow.task('stand-in of another type', {
          run: (ctx) => ({ pid: ctx.attempt }),
          // @ts-expect-error run gives a pid
          skippable: { output: { port: 1 } },
        });
      },
    });
  });

  it('knows what is recorded: nothing is null, and any is unknown', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: z.object({}),
      declare(flow) {
        expectTypeOf(flow.task('a', { run: () => {} })).toEqualTypeOf<Task<null>>();
        expectTypeOf(flow.task('b', { run: async () => {} })).toEqualTypeOf<Task<null>>();
        expectTypeOf(flow.task('c', { run: () => undefined })).toEqualTypeOf<Task<null>>();
        const maybe = (): string | undefined => undefined;
        expectTypeOf(flow.task('d', { run: maybe })).toEqualTypeOf<Task<string | null>>();
        expectTypeOf<Recorded<ReturnType<typeof JSON.parse>>>().toBeUnknown();
        expectTypeOf(flow.task('g', { run: () => 'x' as const })).toEqualTypeOf<Task<'x'>>();
      },
    });
  });

  it('gives lane outputs inside the lane and lists of them outside', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: schema,
      declare(flow, input) {
        const lanes = flow.forEach(input.servers, (host) => {
          const installed = flow.task('Install', { run: () => ({ path: `/${host}` }) });
          const started = flow.task('Start', {
            upstream: { installed },
            run: ({ upstream }) => {
              expectTypeOf(upstream.installed).toEqualTypeOf<{ path: string }>();
              return host;
            },
          });
          return { installed, started };
        });
        expectTypeOf(lanes.installed).toEqualTypeOf<TaskGroup<{ path: string }>>();
        expectTypeOf(lanes.started).toEqualTypeOf<TaskGroup<number>>();
        // @ts-expect-error the lanes hand out no such task
        expectTypeOf(lanes.stopped).not.toBeAny();
        const joined = flow.barrier('Wait node', [lanes.installed, lanes.started]);
        expectTypeOf(joined).toEqualTypeOf<Task<readonly [readonly { path: string }[], readonly number[]]>>();
        flow.task('after', {
          upstream: lanes,
          run: ({ upstream }) => {
            expectTypeOf(upstream.installed).toEqualTypeOf<readonly { path: string }[]>();
          },
        });
        const either = flow.forEach(input.servers, (host) =>
          host > 1 ? flow.task('a', { run: () => 1 }) : flow.task('b', { run: () => 'x' }),
        );
        expectTypeOf(either).toEqualTypeOf<TaskGroup<number | string>>();
        // @ts-expect-error a lane hands out tasks
        flow.forEach(input.servers, () => 1);
        // @ts-expect-error a lane does not wait
        flow.forEach(input.servers, async () => flow.task('a', { run: () => 1 }));
      },
    });
  });

  it('types a list of upstreams by position', () => {
    defineWorkflow({
      name: 'w',
      version: '1',
      input: z.object({}),
      declare(flow) {
        const a = flow.task('a', { run: () => 1 });
        const b = flow.task('b', { run: () => 'x' });
        flow.task('c', {
          upstream: [a, b],
          run: ({ upstream }) => {
            expectTypeOf(upstream[0]).toEqualTypeOf<number>();
            expectTypeOf(upstream[1]).toEqualTypeOf<string>();
          },
        });
        const list: Task<number>[] = [a];
        flow.task('d', {
          upstream: list,
          run: ({ upstream }) => {
            expectTypeOf(upstream[0]).toEqualTypeOf<number | undefined>();
          },
        });
      },
    });
  });
});
