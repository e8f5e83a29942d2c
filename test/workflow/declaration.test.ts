import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/workflow/index.ts';
import { edgesOf, keysOf, nothing, planOf, problemsOf } from './declared.ts';

describe('a task', () => {
  it('has its name as its key, then #2, #3 in declaration order', () => {
    const plan = planOf((flow) => {
      flow.task('a', nothing);
      flow.task('b', nothing);
      flow.task('a', nothing);
      flow.task('a', nothing);
      flow.task('a', { ...nothing, key: 'own' });
    });
    expect(keysOf(plan)).toEqual(['a', 'b', 'a#2', 'a#3', 'own']);
  });

  it.each(['__proto__', 'constructor', 'toString', '10', ' ', 'a/b', '→', 'ünï'])(
    'is exact about the name %j and upstreams under it',
    (name) => {
      const plan = planOf((flow) => {
        const first = flow.task(name, nothing);
        flow.task('after', { upstream: Object.fromEntries([[name, first]]), ...nothing });
      });
      expect(edgesOf(plan)).toEqual(
        new Map([
          [name, []],
          ['after', [name]],
        ]),
      );
      const sources = plan.tasks[1]?.sources ?? {};
      expect(Object.entries(sources)).toEqual([[name, { task: 0 }]]);
    },
  );

  it('has the defaults that its options promise', () => {
    const plan = planOf((flow) => {
      flow.task('a', nothing);
    });
    expect(plan.tasks[0]).toMatchObject({
      description: 'a',
      kind: 'task',
      lane: undefined,
      irreversible: false,
      retry: { attemptsMax: 1, backoffMs: 1_000, backoffFactor: 2, backoffMaxMs: 60_000, jitter: 0.5 },
      timeoutMs: undefined,
      estimateMs: 1_000,
      limits: [],
      priority: undefined,
      skippable: true,
      skippedOutput: undefined,
    });
  });

  it('may be left without undo, be irreversible, or not be skippable', () => {
    const plan = planOf((flow) => {
      flow.task('a', { ...nothing, undo: 'irreversible', skippable: false });
      flow.task('b', { run: () => 1, undo: () => {}, skippable: { output: 7 } });
    });
    expect(plan.tasks.map((task) => [task.irreversible, task.body.undo !== undefined, task.skippable])).toEqual([
      [true, false, false],
      [false, true, true],
    ]);
    expect(plan.tasks[1]?.skippedOutput).toBe(7);
  });

  it('has one edge for an upstream that stands under two names', () => {
    const plan = planOf((flow) => {
      const a = flow.task('a', nothing);
      const b = flow.task('b', nothing);
      flow.task('c', { upstream: { x: b, y: a, z: b }, ...nothing });
      flow.task('d', { upstream: [b, a, b], ...nothing });
    });
    expect(edgesOf(plan).get('c')).toEqual(['b', 'a']);
    expect(plan.tasks[3]?.sources).toEqual([{ task: 1 }, { task: 0 }, { task: 1 }]);
    expect(plan.graph.edgeCount).toBe(4);
  });
});

describe('a fan-out', () => {
  it('has one lane per item, whose keys begin with the lane', () => {
    //  a -> 1: x -> y, 2: x -> y -> after
    const plan = planOf((flow) => {
      const a = flow.task('a', nothing);
      const ys = flow.forEach(
        ['one', 'two'],
        () => {
          const x = flow.task('x', { upstream: { a }, ...nothing });
          flow.task('x', nothing);
          return flow.task('y', { upstream: { x }, ...nothing });
        },
        { key: (item, index) => `${item}-${index}` },
      );
      flow.task('after', { upstream: { ys }, ...nothing });
    });
    expect(keysOf(plan)).toEqual(['a', 'one-0/x', 'one-0/x#2', 'one-0/y', 'two-1/x', 'two-1/x#2', 'two-1/y', 'after']);
    expect(plan.tasks.map(({ lane }) => lane?.index ?? -1)).toEqual([-1, 0, 0, 0, 1, 1, 1, -1]);
    expect(edgesOf(plan).get('one-0/y')).toEqual(['one-0/x']);
    expect(edgesOf(plan).get('two-1/x')).toEqual(['a']);
    expect(edgesOf(plan).get('after')).toEqual(['one-0/y', 'two-1/y']);
    expect(plan.tasks.at(-1)?.sources).toEqual({ ys: { tasks: [3, 6] } });
  });

  it('has positions as lane keys unless told otherwise', () => {
    const plan = planOf((flow) => {
      flow.forEach(['x', 'y'], () => flow.task('a', nothing));
    });
    expect(keysOf(plan)).toEqual(['0/a', '1/a']);
  });

  it('hands out what its lanes hand out, name by name, __proto__ and constructor among them', () => {
    const plan = planOf((flow) => {
      const lanes = flow.forEach([1, 2, 3], (item) => {
        const constructor = flow.task('c', nothing);
        const others = item === 1 ? {} : { ['__proto__']: flow.task('p', nothing) };
        return { constructor, ...others };
      });
      flow.task('after', { upstream: lanes, ...nothing });
    });
    const sources = plan.tasks.at(-1)?.sources ?? {};
    expect(Object.entries(sources)).toEqual([
      ['constructor', { tasks: [0, 1, 3] }],
      ['__proto__', { tasks: [2, 4] }],
    ]);
  });

  it('gives its tasks a limit of their own when it has a size', () => {
    const plan = planOf((flow) => {
      flow.forEach([1, 2], () => flow.task('a', { ...nothing, limits: ['disk'] }), { parallel: 3 });
      flow.forEach([1], () => flow.task('b', nothing), { parallel: 1 });
      flow.forEach([1], () => flow.task('c', nothing));
      flow.task('d', nothing);
    });
    expect(plan.ownLimits).toEqual({ 'fan-out#1': 3, 'fan-out#2': 1 });
    expect(plan.tasks.map(({ limits }) => limits)).toEqual([
      ['disk', 'fan-out#1'],
      ['disk', 'fan-out#1'],
      ['fan-out#2'],
      [],
      [],
    ]);
  });

  it('over nothing is a group without tasks, under every name', () => {
    const plan = planOf((flow) => {
      const single = flow.forEach([], () => flow.task('x', nothing));
      const named = flow.forEach([], () => ({ constructor: flow.task('y', nothing), z: flow.task('z', nothing) }));
      flow.barrier('b', single);
      flow.barrier('c', [named.z, named.constructor]);
      flow.task('d', { upstream: { single, z: named.z }, ...nothing });
      flow.task('e', { upstream: named, ...nothing });
      flow.task('f', { upstream: { ...named, single }, ...nothing });
      expect(Object.keys(named)).toEqual([]);
    });
    expect(keysOf(plan)).toEqual(['b', 'c', 'd', 'e', 'f']);
    expect(plan.graph.edgeCount).toBe(0);
    expect(plan.tasks[2]?.sources).toEqual({ single: { tasks: [] }, z: { tasks: [] } });
  });
});

describe('a barrier', () => {
  it('joins n lanes with m tasks in n + m edges', () => {
    const plan = planOf((flow) => {
      const before = flow.forEach([1, 2, 3, 4], () => flow.task('a', nothing));
      const wait = flow.barrier('Wait node', before);
      flow.forEach([1, 2, 3], () => flow.task('b', { upstream: { wait }, ...nothing }));
    });
    expect(plan.graph.edgeCount).toBe(7);
    expect(plan.tasks[4]).toMatchObject({ key: 'Wait node', kind: 'barrier', estimateMs: 0, irreversible: false });
  });

  it('passes on the outputs of its upstreams in item order', async () => {
    const plan = planOf((flow) => {
      const a = flow.forEach([1, 2], (item) => flow.task('a', { run: () => item }));
      const b = flow.task('b', { run: () => 'b' });
      flow.barrier('one', a);
      flow.barrier('several', [a, b]);
    });
    const outputs = await Promise.all([
      ranOf(plan, 2, [[1, 2]]),
      ranOf(plan, 3, [[1, 2]]),
      ranOf(plan, 4, [[1, 2], 'b']),
    ]);
    expect(outputs.slice(1)).toEqual([
      [1, 2],
      [[1, 2], 'b'],
    ]);
    expect(plan.tasks[3]?.sources).toEqual([{ tasks: [0, 1] }]);
    expect(plan.tasks[4]?.sources).toEqual([{ tasks: [0, 1] }, { task: 2 }]);
  });
});

describe('keys', () => {
  it('are unique for any names, and the same in every declaration', () => {
    const names = fc.array(fc.oneof(fc.constantFrom('a', 'a#2', '__proto__', '10'), fc.string({ minLength: 1 })));
    fc.assert(
      fc.property(names, (list) => {
        fc.pre(!list.some((name) => /#\d+$/.test(name)));
        const declare = (flow: Flow<Record<string, never>>): void => {
          for (const name of list) flow.task(name, nothing);
        };
        const keys = keysOf(planOf(declare));
        expect(new Set(keys).size).toBe(list.length);
        expect(keysOf(planOf(declare))).toEqual(keys);
      }),
    );
  });

  it('that a name takes from another one are refused, not mixed up', () => {
    const problems = problemsOf((flow) => {
      flow.task('a', nothing);
      flow.task('a#2', nothing);
      flow.task('a', nothing);
    });
    expect(problems).toMatchObject([{ code: 'DUPLICATE_KEY', details: { key: 'a#2' } }]);
  });
});

async function ranOf(plan: ReturnType<typeof planOf>, task: number, upstream: readonly unknown[]): Promise<unknown> {
  return await plan.tasks[task]?.body.run({ upstream } as never);
}
