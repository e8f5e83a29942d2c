import { Graph } from '@dagrejs/graphlib';
import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors/index.ts';
import { planWorkflow } from '../../src/plan/index.ts';
import { workflowFromGraph, type GraphData } from '../../src/workflow/index.ts';
import { edgesOf, problemsOfPlanning } from './declared.ts';

function problemsOf(tasks: GraphData['tasks']): readonly { readonly code: string; readonly message: string }[] {
  return problemsOfPlanning(() => planWorkflow(workflowFromGraph({ name: 'g', tasks }), {}));
}

function refusalOf(data: unknown): readonly string[] {
  try {
    workflowFromGraph(data as GraphData);
  } catch (error) {
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).code).toBe('INVALID_GRAPH');
    return (error as RefusedError).problems.map(({ message }) => message);
  }
  return expect.fail('it was read');
}

describe('a graph given as data', () => {
  it('is planned like a declared workflow', () => {
    //  b -> a -> c
    const workflow = workflowFromGraph({
      name: 'Release',
      tasks: [
        { key: 'a', name: 'Build', upstream: ['b'], estimateMs: 5, timeoutMs: 10, limits: ['cpu'] },
        { key: 'b' },
        { key: '__proto__', upstream: ['a'], description: 'the end' },
      ],
    });
    const plan = planWorkflow(workflow, {});
    expect([workflow.name, workflow.version]).toEqual(['Release', '1']);
    expect(edgesOf(plan)).toEqual(
      new Map([
        ['a', ['b']],
        ['b', []],
        ['__proto__', ['a']],
      ]),
    );
    expect([...plan.order]).toEqual([1, 0, 2]);
    expect(plan.tasks[0]).toMatchObject({ name: 'Build', estimateMs: 5, timeoutMs: 10, limits: ['cpu'] });
    expect(plan.tasks[2]).toMatchObject({ name: '__proto__', description: 'the end', estimateMs: 1_000 });
  });

  it('runs what it is given for each task', async () => {
    const workflow = workflowFromGraph(
      { name: 'g', tasks: [{ key: 'a' }, { key: 'b', upstream: ['a'] }] },
      { run: ({ key }) => key.toUpperCase() },
    );
    const plan = planWorkflow(workflow, {});
    expect(await Promise.all(plan.tasks.map(({ body }) => body.run({} as never)))).toEqual(['A', 'B']);
  });

  it('with a cycle is refused with the path in dependency order', () => {
    const problems = problemsOf([
      { key: 'a', upstream: ['c'] },
      { key: 'b', upstream: ['a'] },
      { key: 'c', upstream: ['b'] },
    ]);
    expect(problems).toMatchObject([{ code: 'CYCLE', message: expect.stringContaining('a → b → c → a') }]);
  });

  it('is refused with all its problems at once', () => {
    const problems = problemsOf([
      { key: '' },
      { key: 'a', upstream: ['nowhere', 'b', 'b', 'a'] },
      { key: 'b', upstream: ['c'] },
      { key: 'c', upstream: ['b'], estimateMs: -1 },
      { key: 'd', timeoutMs: 0, limits: ['x', 'x'] },
      { key: 'd' },
    ]);
    expect(problems.map(({ code }) => code).toSorted()).toEqual([
      'CYCLE',
      'DUPLICATE_KEY',
      'DUPLICATE_UPSTREAM',
      'EMPTY_KEY',
      'INVALID_OPTION',
      'INVALID_OPTION',
      'INVALID_OPTION',
      'SELF_UPSTREAM',
      'UNKNOWN_UPSTREAM',
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', null, ['"name" is a non-empty string.', '"tasks" is a list.']],
    ['a text', 'graph', ['"name" is a non-empty string.', '"tasks" is a list.']],
    ['no tasks', { name: 'g' }, ['"tasks" is a list.']],
    ['an object of tasks', { name: 'g', tasks: { a: {} } }, ['"tasks" is a list.']],
    [
      'a number as name and version',
      { name: 1, version: 2, tasks: [] },
      ['"name" is a non-empty string.', '"version" is a string.'],
    ],
    [
      'tasks that are none',
      { name: 'g', tasks: [null, 5] },
      ['tasks[0].key is a string.', 'tasks[1].key is a string.'],
    ],
    [
      'fields of wrong types',
      { name: 'g', tasks: [{ key: 'a', name: 1, description: 2, upstream: 'b', limits: [3] }] },
      [
        'tasks[0].name is a string.',
        'tasks[0].description is a string.',
        'tasks[0].upstream is a list of task keys.',
        'tasks[0].limits is a list of names.',
      ],
    ],
    [
      'the field "upstreams"',
      { name: 'g', tasks: [{ key: 'a', upstreams: [] }] },
      ['tasks[0].upstreams does not exist; the field is called "upstream".'],
    ],
  ])('is not read from %s', (_, data, messages) => {
    expect(refusalOf(data)).toEqual(messages);
  });
});

describe('a graphlib graph', () => {
  it('is planned with its nodes as tasks and its edges from upstream to downstream', () => {
    const graph = new Graph();
    graph.setEdge('a', 'b');
    graph.setEdge('a', '10');
    graph.setEdge('10', 'b');
    const plan = planWorkflow(workflowFromGraph(graph), {});
    const edges = edgesOf(plan);
    expect(new Set(edges.get('b'))).toEqual(new Set(['a', '10']));
    expect([edges.get('a'), edges.get('10')]).toEqual([[], ['a']]);
  });

  it('with a cycle is refused with its path', () => {
    const graph = new Graph();
    graph.setPath(['a', 'b', 'c', 'a']);
    const problems = problemsOfPlanning(() => planWorkflow(workflowFromGraph(graph), {}));
    expect(problems).toMatchObject([{ code: 'CYCLE', message: expect.stringContaining('a → b → c → a') }]);
  });

  it('that is undirected is refused by name', () => {
    expect(() => workflowFromGraph(new Graph({ directed: false }))).toThrow(
      expect.objectContaining({ code: 'GRAPHLIB_UNDIRECTED' }) as Error,
    );
  });
});
