import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/errors/index.ts';
import { resolveNames, upstreamsOf } from '../../src/graph/index.ts';
import type { NamedVertex, ResolvedNames } from '../../src/graph/index.ts';
import { acyclicGraph, hangMs, oddCharacter, ring } from './graphs.ts';

/** Vertices as a record of key to upstream keys. */
function resolve(tasks: Readonly<Record<string, readonly string[]>>): ResolvedNames {
  return resolveNames(Object.entries(tasks).map(([key, upstreams]) => ({ key, upstreams })));
}

function problemsOf(resolved: ResolvedNames): readonly Problem[] {
  return resolved.kind === 'problems' ? resolved.problems : [];
}

function messagesOf(resolved: ResolvedNames): readonly string[] {
  return problemsOf(resolved).map(({ code, message }) => `${code}: ${message}`);
}

describe('names that resolve', () => {
  it('give each task the index of its place and keep the order of its upstreams', () => {
    const resolved = resolve({ convert: ['rates', 'orders'], orders: [], rates: ['orders'] });
    expect(resolved.kind).toBe('graph');
    if (resolved.kind !== 'graph') return;
    expect([...upstreamsOf(resolved.graph, 0)]).toEqual([2, 1]);
    expect(resolved.indexOf.get('rates')).toBe(2);
  });

  it('may be any strings but the empty one', () => {
    const key = fc.oneof(
      fc.string({ minLength: 1, unit: oddCharacter }),
      fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '10', '1', ' ', '\u0000', '\u0001'),
      fc.constantFrom('\ud800', 'é', 'e\u0301'),
    );
    const named = acyclicGraph(12).chain((drawing) =>
      fc.record({
        drawing: fc.constant(drawing),
        keys: fc.uniqueArray(key, { minLength: drawing.size, maxLength: drawing.size }),
      }),
    );
    fc.assert(
      fc.property(named, ({ drawing, keys }) => {
        const upstreamsAt = (v: number): number[] => drawing.edges.filter(([, to]) => to === v).map(([from]) => from);
        const resolved = resolveNames(
          keys.map((own, v) => ({ key: own, upstreams: upstreamsAt(v).map((upstream) => keys[upstream] ?? '') })),
        );
        expect(messagesOf(resolved)).toEqual([]);
        if (resolved.kind !== 'graph') return;
        for (const [v, own] of keys.entries()) {
          expect(resolved.indexOf.get(own)).toBe(v);
          expect([...upstreamsOf(resolved.graph, v)]).toEqual(upstreamsAt(v));
        }
      }),
    );
  });

  it('may be 100,000 characters long and differ only in the last one', () => {
    const long = 'a'.repeat(99_999);
    const resolved = resolve({ [`${long}a`]: [], [`${long}b`]: [`${long}a`] });
    expect(resolved.kind === 'graph' && [...upstreamsOf(resolved.graph, 1)]).toEqual([0]);
  });

  it('may be none', () => {
    expect(resolveNames([])).toMatchObject({ kind: 'graph', graph: { size: 0 } });
  });
});

describe('names that do not resolve', () => {
  it('are all reported at once, each with its code', () => {
    const resolved = resolveNames([
      { key: 'a', upstreams: ['c'] },
      { key: 'b', upstreams: ['a', 'c', 'a'] },
      { key: 'c', upstreams: ['b', 'x', 'c'] },
      { key: '', upstreams: [] },
      { key: 'a', upstreams: [] },
      { key: 'a', upstreams: [] },
    ]);
    expect(messagesOf(resolved)).toEqual([
      'EMPTY_KEY: Task number 4 has an empty key.',
      'DUPLICATE_KEY: The key "a" is given to 3 tasks.',
      'DUPLICATE_UPSTREAM: Task "b" names upstream "a" more than once.',
      'UNKNOWN_UPSTREAM: Task "c" names upstream "x", which the workflow does not contain. Known tasks: a, b.',
      'SELF_UPSTREAM: Task "c" names itself as an upstream.',
      'CYCLE: The tasks wait for each other: b → c → b. 1 other cycle exists.',
    ]);
  });

  it('are helped by what the task could have meant', () => {
    expect(messagesOf(resolve({ orders: [], rates: [], convert: ['order'] }))).toEqual([
      'UNKNOWN_UPSTREAM: Task "convert" names upstream "order", which the workflow does not contain. Known tasks: orders, rates.',
    ]);
    expect(messagesOf(resolve({ alone: ['other'] }))).toEqual([
      'UNKNOWN_UPSTREAM: Task "alone" names upstream "other", which the workflow does not contain. It contains no other tasks.',
    ]);
  });

  it('list the ten closest of many known tasks', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`step ${index}`, []]));
    const [message = ''] = messagesOf(resolve({ ...many, 'Restart observer': [], last: ['restart obsever'] }));
    expect(message).toContain('Known tasks: Restart observer, step 0, ');
    expect(message.endsWith(', and 291 more.')).toBe(true);
  });

  it('say once that a task names itself, and then that it does so more than once', () => {
    expect(messagesOf(resolve({ a: ['a', 'a'] }))).toEqual([
      'SELF_UPSTREAM: Task "a" names itself as an upstream.',
      'DUPLICATE_UPSTREAM: Task "a" names upstream "a" more than once.',
    ]);
  });

  it('have a cycle told in dependency order', () => {
    expect(messagesOf(resolve({ c: ['b'], a: ['c'], b: ['a'] }))).toEqual([
      'CYCLE: The tasks wait for each other: c → a → b → c.',
    ]);
    expect(messagesOf(resolve({ a: ['b', 'c'], b: ['a', 'c'], c: ['a', 'b'] }))).toEqual([
      'CYCLE: The tasks wait for each other: a → b → a. 4 other cycles exist.',
    ]);
  });

  it('have a cycle among the sound edges found behind other problems', () => {
    const codes = problemsOf(resolve({ a: ['nowhere', 'b'], b: ['a'] })).map(({ code }) => code);
    expect(codes).toEqual(['UNKNOWN_UPSTREAM', 'CYCLE']);
  });

  it('show a long cycle in part and say how long it is', { timeout: hangMs }, () => {
    const { size, edges } = ring(100_000);
    const vertices = Array.from({ length: size }, (_, v) => ({ key: `t${v}`, upstreams: [] as string[] }));
    for (const [from, to] of edges) vertices[to]?.upstreams.push(`t${from}`);
    const [problem] = problemsOf(resolveNames(vertices));
    expect(problem?.message).toBe(
      `The tasks wait for each other: ${Array.from({ length: 20 }, (_, v) => `t${v}`).join(' → ')} → … 99980 more … → t0.`,
    );
    expect(problem?.details).toMatchObject({ cycleLength: 100_000, others: 0, othersIsLowerBound: false });
  });

  it('say "at least" where there are too many cycles to count', () => {
    const keys = Array.from({ length: 50 }, (_, index) => `t${index}`);
    const vertices = keys.map((key): NamedVertex => ({ key, upstreams: keys.filter((other) => other !== key) }));
    expect(messagesOf(resolveNames(vertices))).toEqual([
      'CYCLE: The tasks wait for each other: t0 → t1 → t0. At least 1000 other cycles exist.',
    ]);
  });

  it('cut long names and escape what a terminal would act on, in messages only', () => {
    const long = 'x'.repeat(100_000);
    const [problem] = problemsOf(resolve({ [long]: ['\u001b[2J\u202e\n'] }));
    expect(problem?.message).toContain(`Task "${'x'.repeat(80)}… (100000 characters)" names upstream`);
    expect(problem?.message).toContain('"\\u001b[2J\\u202e\\u000a"');
    expect(problem?.details).toEqual({ key: long, upstream: '\u001b[2J\u202e\n' });
  });

  it('treat the names of every object as names like any other', () => {
    expect(messagesOf(resolve({ a: ['constructor', '__proto__'] }))).toHaveLength(2);
  });

  it('are counted, not listed, after the first thousand', () => {
    const vertices = Array.from({ length: 3_000 }, (_, v) => ({ key: `t${v}`, upstreams: [`unknown ${v}`] }));
    const problems = problemsOf(resolveNames(vertices));
    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)).toEqual({
      code: 'MORE_PROBLEMS',
      message: '2000 more problems were found.',
      details: { count: 2_000 },
    });
  });

  it('are found among 100,000 tasks without ado', { timeout: hangMs }, () => {
    const vertices = Array.from({ length: 100_000 }, (_, v) => ({ key: `t${v}`, upstreams: [`t${v + 1}`, 'nowhere'] }));
    expect(problemsOf(resolveNames(vertices))).toHaveLength(1_001);
  });
});
