// A step written alone, used in the lanes of a fan-out; a barrier; outputs typed from end to end; mistakes that do not compile.
import assert from 'node:assert/strict';
import {
  createEngine,
  defineService,
  defineWorkflow,
  planWorkflow,
  provide,
  RefusedError,
  type CheckAnswer,
  type CheckContext,
  type Task,
  type TaskContext,
  type TaskGroup,
} from 'precede';
import { z } from 'zod';

interface Disk {
  mount(host: string): Mount;
  mounted(host: string): Mount | undefined;
}
interface Mount {
  readonly host: string;
  readonly freeGb: number;
}

const disk = defineService<Disk>('disk');
const input = z.object({ hosts: z.array(z.string()), needGb: z.int().default(1) });
type Input = z.output<typeof input>;

/** A step of its own, for any workflow that has a `needGb`. */
function mountDisk(host: string) {
  return {
    check: (ctx: CheckContext<Pick<Input, 'needGb'>>): CheckAnswer<Mount> => {
      const mount = ctx.use(disk).mounted(host);
      return mount ? { done: mount } : 'needed';
    },
    run: (ctx: TaskContext<Pick<Input, 'needGb'>>): Mount => {
      const mount = ctx.use(disk).mount(host);
      if (mount.freeGb < ctx.input.needGb) throw new Error(`${host} has ${mount.freeGb} GB`);
      return mount;
    },
    preview: () => [{ kind: 'command', host, text: 'mount /data' }] as const,
  };
}

const workflow = defineWorkflow({
  name: 'Lanes',
  version: '1',
  input,
  declare(flow, { hosts }) {
    const start: Task<string> = flow.task('Start', { run: () => 'go' });
    const lanes = flow.forEach(
      hosts,
      (host, index) => {
        const mounted = flow.task('Mount', {
          upstream: { start },
          check: mountDisk(host).check,
          run: mountDisk(host).run,
        });
        const size = flow.task('Size', {
          upstream: { mounted },
          run: ({ upstream }) => upstream.mounted.freeGb + index,
        });
        return { mounted, size };
      },
      { key: (host) => `host:${host}`, parallel: 2 },
    );
    const sizes: TaskGroup<number> = lanes.size;
    const all = flow.barrier('Wait node', [lanes.mounted, sizes]);
    const total = flow.task('Total', {
      upstream: { all },
      run: ({ upstream }) => {
        const [mounts, numbers] = upstream.all;
        const names: readonly string[] = mounts.map(({ host }) => host);
        return { names, total: numbers.reduce((sum, size) => sum + size, 0) };
      },
    });
    flow.task('Report', {
      upstream: [total],
      run: (ctx): string => `${ctx.upstream[0].names.join('+')}: ${ctx.upstream[0].total} GB`,
    });

    flow.task('Never wrong', {
      upstream: { total },
      // @ts-expect-error the upstream is called "total"
      run: (ctx) => Boolean(ctx.upstream.totals),
    });
    // @ts-expect-error an upstream is a reference, not a name
    flow.task('Never by name', { upstream: { total: 'Total' }, run: () => 1 });
    // @ts-expect-error the lanes hand out no such task
    flow.barrier('Never unknown', lanes.mounts);
    flow.task('Never mistyped', {
      // @ts-expect-error `run` gives a number, so `check` may not adopt a text
      check: () => ({ done: 'three' }),
      run: () => 3,
    });
    // @ts-expect-error the option is called "upstream"
    flow.task('Never misspelt', { upstreams: { total }, run: () => 1 });
  },
});

// The compiler has caught the mistakes above; planning refuses those that have an effect at run time, all of them at once.
assert.throws(
  () => planWorkflow(workflow, { hosts: ['a'] }),
  (error) => error instanceof RefusedError && error.problems.length >= 3,
);
// @ts-expect-error hosts are texts
assert.throws(() => planWorkflow(workflow, { hosts: [1] }), { code: 'INVALID_PLAN' });

const right = defineWorkflow({
  name: 'Mounts',
  version: '1',
  input,
  declare(flow, { hosts }) {
    const mounts = flow.forEach(hosts, (host) => flow.task('Mount', mountDisk(host)));
    const all = flow.barrier('Wait node', mounts);
    flow.task('Total', {
      upstream: { all },
      run: ({ upstream }) => upstream.all.reduce((sum, { freeGb }) => sum + freeGb, 0),
    });
  },
});
const mounts = new Map<string, Mount>([['a', { host: 'a', freeGb: 10 }]]);
const fleet: Disk = {
  mount: (host) => {
    assert.notEqual(host, 'a', 'a is mounted already; its check says so');
    const mount = { host, freeGb: host.length * 10 };
    mounts.set(host, mount);
    return mount;
  },
  mounted: (host) => mounts.get(host),
};
const engine = createEngine({ services: [provide(disk, fleet)] });
const run = await engine.start(right, { hosts: ['a', 'bb'] });
const { state, outputs } = await run.outcome();
await engine.close();
assert.equal(state, 'SUCCESS');
assert.deepEqual(outputs, {
  '0/Mount': { host: 'a', freeGb: 10 },
  '1/Mount': { host: 'bb', freeGb: 20 },
  'Wait node': [
    { host: 'a', freeGb: 10 },
    { host: 'bb', freeGb: 20 },
  ],
  Total: 30,
});
