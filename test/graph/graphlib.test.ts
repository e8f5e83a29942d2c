import { alg, Graph } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedVerticesFromGraphlib, resolveNames, toGraphlib } from '../../src/graph/index.ts';
import { acyclicGraph, digraphOf } from './graphs.ts';

describe('a graph given to graphlib', () => {
  it('has its edges from upstream to downstream', () => {
    //  a -> b -> c
    const graph = digraphOf({ size: 3, edges: [[0, 1], [1, 2]] }); // prettier-ignore
    const exported = toGraphlib(graph, (v) => 'abc'.charAt(v));
    expect(alg.topsort(exported)).toEqual(['a', 'b', 'c']);
    expect(exported.successors('a')).toEqual(['b']);
    expect(exported.edgeCount()).toBe(2);
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(acyclicGraph(20), (drawing) => {
        const keyOf = (v: number): string => `t${v}`;
        const vertices = namedVerticesFromGraphlib(toGraphlib(digraphOf(drawing), keyOf));
        const expected = Array.from({ length: drawing.size }, (_, v) => ({
          key: keyOf(v),
          upstreams: drawing.edges.filter(([, to]) => to === v).map(([from]) => keyOf(from)),
        }));
        expect(vertices).toMatchObject(expected);
      }),
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'a\u0001b', '\u0000'])('refuses the key %j', (key) => {
    const graph = digraphOf({ size: 1, edges: [] });
    expect(() => toGraphlib(graph, () => key)).toThrow(expect.objectContaining({ code: 'GRAPHLIB_KEY' }));
  });

  it('refuses a key that two vertices have, and names every wrong key at once', () => {
    const keys = ['a', 'a', 'constructor', '__proto__'];
    expect(() => toGraphlib(digraphOf({ size: 4, edges: [] }), (v) => keys[v] ?? '')).toThrow(
      expect.objectContaining({
        problems: ['a', 'constructor', '__proto__'].map(
          (key) => expect.objectContaining({ details: { key } }) as unknown,
        ),
      }),
    );
  });

  it('holds odd keys that graphlib can hold', () => {
    const keys = ['', '10', '9', 'é', '\n'];
    const graph = digraphOf({ size: 5, edges: [[0, 1], [2, 3], [3, 4]] }); // prettier-ignore
    const exported = toGraphlib(graph, (v) => keys[v] ?? '');
    expect([...exported.nodes()].sort()).toEqual([...keys].sort());
    expect(exported.hasEdge('', '10')).toBe(true);
  });
});

describe('a graph taken from graphlib', () => {
  it('keeps the order and the labels of its nodes', () => {
    const graph = new Graph();
    graph.setNode('z', { estimateMs: 5 });
    graph.setNode('a', 'label');
    graph.setEdge('z', 'a');
    graph.setEdge('m', 'a');
    expect(namedVerticesFromGraphlib(graph)).toEqual([
      { key: 'z', upstreams: [], label: { estimateMs: 5 } },
      { key: 'a', upstreams: ['z', 'm'], label: 'label' },
      { key: 'm', upstreams: [], label: undefined },
    ]);
  });

  it('is refused when undirected', () => {
    const graph = new Graph({ directed: false });
    expect(() => namedVerticesFromGraphlib(graph)).toThrow(expect.objectContaining({ code: 'GRAPHLIB_UNDIRECTED' }));
  });

  it('has its parallel edges refused when the names are resolved', () => {
    const graph = new Graph({ multigraph: true });
    graph.setEdge('a', 'b', undefined, 'first');
    graph.setEdge('a', 'b', undefined, 'second');
    expect(resolveNames(namedVerticesFromGraphlib(graph))).toMatchObject({
      kind: 'problems',
      problems: [{ code: 'DUPLICATE_UPSTREAM' }],
    });
  });

  it('is refused when an edge leads to a node that it does not list', () => {
    const graph = {
      isDirected: () => true,
      nodes: () => ['a'],
      edges: () => [{ v: 'a', w: 'b' }],
      node: () => undefined,
    };
    expect(() => namedVerticesFromGraphlib(graph)).toThrow(expect.objectContaining({ code: 'GRAPHLIB_KEY' }));
  });

  it('may hold a cycle, which is then told', () => {
    const graph = new Graph();
    graph.setPath(['a', 'b', 'c', 'a']);
    expect(resolveNames(namedVerticesFromGraphlib(graph))).toMatchObject({
      problems: [{ code: 'CYCLE', message: 'The tasks wait for each other: a → b → c → a.' }],
    });
  });

  it('may be a chain of 10,000, which graphlib itself cannot sort', () => {
    const graph = new Graph();
    graph.setPath(Array.from({ length: 10_000 }, (_, v) => `t${v}`));
    expect(() => alg.topsort(graph)).toThrow(RangeError);
    expect(resolveNames(namedVerticesFromGraphlib(graph))).toMatchObject({ kind: 'graph', graph: { size: 10_000 } });
  });
});
