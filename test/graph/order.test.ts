import { alg, Graph } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topologicalOrder, upstreamsOf, waves } from '../../src/graph/index.ts';
import { acyclicGraph, anyGraph, digraphOf } from './graphs.ts';
import type { Drawing } from './graphs.ts';

/** The drawing in graphlib, written edge by edge: the oracle owes nothing to the code under test. */
function oracle({ size, edges }: Drawing): Graph {
  const graph = new Graph();
  for (let v = 0; v < size; v += 1) graph.setNode(String(v));
  for (const [from, to] of edges) graph.setEdge(String(from), String(to));
  return graph;
}

describe('a topological order', () => {
  it('exists exactly for the graphs that graphlib calls acyclic', () => {
    fc.assert(
      fc.property(anyGraph(9), (drawing) => {
        expect(topologicalOrder(digraphOf(drawing)) !== undefined).toBe(alg.isAcyclic(oracle(drawing)));
      }),
      { numRuns: 500 },
    );
  });

  it('holds every vertex once, after all its upstreams, and as many as graphlib sorts', () => {
    fc.assert(
      fc.property(acyclicGraph(40), (drawing) => {
        const order = [...(topologicalOrder(digraphOf(drawing)) ?? [])];
        const place = new Map(order.map((v, index) => [v, index]));
        expect(order).toHaveLength(alg.topsort(oracle(drawing)).length);
        expect(place.size).toBe(drawing.size);
        for (const [from, to] of drawing.edges) expect(place.get(from)).toBeLessThan(place.get(to) ?? -1);
      }),
    );
  });

  it('takes sources in ascending order, then first ready, first out', () => {
    //  3 -> 0,  1 -> 2 -> 4
    const drawing: Drawing = { size: 5, edges: [[3, 0], [1, 2], [2, 4]] }; // prettier-ignore
    expect([...(topologicalOrder(digraphOf(drawing)) ?? [])]).toEqual([1, 3, 2, 0, 4]);
  });

  it('counts an edge given twice as one wait', () => {
    expect([...(topologicalOrder(digraphOf({ size: 2, edges: [[1, 0], [1, 0]] })) ?? [])]).toEqual([1, 0]); // prettier-ignore
  });
});

describe('waves', () => {
  it('are the longest way from a source', () => {
    //  0 -> 1 -> 2 -> 4,  0 -> 3 -> 4
    const graph = digraphOf({ size: 5, edges: [[0, 1], [1, 2], [2, 4], [0, 3], [3, 4]] }); // prettier-ignore
    expect([...waves(graph, topologicalOrder(graph) ?? new Int32Array(0))]).toEqual([0, 1, 2, 1, 3]);
  });

  it('step up by exactly one from the deepest upstream', () => {
    fc.assert(
      fc.property(acyclicGraph(40), (drawing) => {
        const graph = digraphOf(drawing);
        const wave = waves(graph, topologicalOrder(graph) ?? new Int32Array(0));
        for (let v = 0; v < graph.size; v += 1) {
          expect(wave[v]).toBe(Math.max(-1, ...Array.from(upstreamsOf(graph, v), (u) => wave[u] ?? NaN)) + 1);
        }
      }),
    );
  });
});
