import { alg, Graph } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closure } from '../../src/graph/index.ts';
import { anyGraph, digraphOf } from './graphs.ts';

const graphAndSeeds = anyGraph(10).chain((drawing) =>
  fc.record({
    drawing: fc.constant(drawing),
    seeds: fc.array(fc.integer({ min: 0, max: drawing.size - 1 }), { maxLength: 3 }),
  }),
);

describe('a closure', () => {
  it.each(['upstream', 'downstream'] as const)('%s marks what graphlib can reach from the seeds', (direction) => {
    fc.assert(
      fc.property(graphAndSeeds, ({ drawing, seeds }) => {
        const oracle = new Graph();
        for (let v = 0; v < drawing.size; v += 1) oracle.setNode(String(v));
        for (const [from, to] of drawing.edges) {
          if (direction === 'downstream') oracle.setEdge(String(from), String(to));
          else oracle.setEdge(String(to), String(from));
        }
        const expected = Array.from({ length: drawing.size }, () => 0);
        for (const seed of seeds) {
          for (const [v, { distance }] of Object.entries(alg.dijkstra(oracle, String(seed)))) {
            if (distance < Infinity) expected[Number(v)] = 1;
          }
        }
        expect([...closure(digraphOf(drawing), seeds, direction)]).toEqual(expected);
      }),
    );
  });

  it('refuses a seed outside the graph', () => {
    const graph = digraphOf({ size: 2, edges: [] });
    for (const seed of [2, -1, 0.5]) {
      expect(() => closure(graph, [seed], 'upstream')).toThrow(expect.objectContaining({ code: 'INVALID_GRAPH' }));
    }
  });
});
