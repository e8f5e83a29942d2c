import { alg, Graph } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycle } from '../../src/graph/index.ts';
import { acyclicGraph, anyGraph, chain, complete, digraphOf, hangMs, ring } from './graphs.ts';
import type { Drawing, Edge } from './graphs.ts';

/** Every elementary cycle, smallest vertex first, by trying all ways: for small drawings. */
function allCycles({ size, edges }: Drawing): number[][] {
  const cycles: number[][] = [];
  const walk = (path: readonly number[]): void => {
    const root = path[0] ?? 0;
    for (const [from, to] of edges) {
      if (from !== path.at(-1)) continue;
      if (to === root) cycles.push([...path]);
      else if (to > root && !path.includes(to)) walk([...path, to]);
    }
  };
  for (let root = 0; root < size; root += 1) walk([root]);
  return cycles;
}

describe('the cycle that is found', () => {
  it('is one of the shortest, in dependency order from its smallest vertex, and the others are counted', () => {
    fc.assert(
      fc.property(anyGraph(7), (drawing) => {
        const cycles = allCycles(drawing);
        const found = findCycle(digraphOf(drawing));
        if (cycles.length === 0) expect(found).toBeUndefined();
        else {
          expect(cycles).toContainEqual(found?.shortest);
          expect(found).toMatchObject({
            others: cycles.length - 1,
            othersIsLowerBound: false,
            isShortestCertain: true,
          });
          expect(found?.shortest).toHaveLength(Math.min(...cycles.map((cycle) => cycle.length)));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('exists exactly when graphlib finds one', () => {
    fc.assert(
      fc.property(anyGraph(20), (drawing) => {
        const oracle = new Graph();
        for (const [from, to] of drawing.edges) oracle.setEdge(String(from), String(to));
        expect(findCycle(digraphOf(drawing)) !== undefined).toBe(alg.findCycles(oracle).length > 0);
      }),
    );
  });

  it('is none in a graph without cycles', () => {
    fc.assert(fc.property(acyclicGraph(30), (drawing) => findCycle(digraphOf(drawing)) === undefined));
  });

  it('is a single vertex that waits for itself, before any longer one', () => {
    const found = findCycle(digraphOf({ size: 3, edges: [[0, 1], [1, 0], [2, 2]] })); // prettier-ignore
    expect(found).toMatchObject({ shortest: [2], others: 1 });
  });

  it('counts an edge given twice once', () => {
    expect(findCycle(digraphOf({ size: 2, edges: [[0, 1], [0, 1], [1, 0]] }))).toMatchObject({ others: 0 }); // prettier-ignore
  });

  it('is the inner ring of two that share a long path', () => {
    //  0 -> 1 -> ... -> 99 -> 0, and 60 -> 0
    const found = findCycle(digraphOf({ size: 100, edges: [...ring(100).edges, [60, 0]] }));
    expect(found?.shortest).toEqual(Array.from({ length: 61 }, (_, v) => v));
    expect(found).toMatchObject({ others: 1, othersIsLowerBound: false });
  });

  it('multiplies choices: seven forks along a ring make 128 cycles', () => {
    //  0 => 2 => 4 => ... => 14 = 0 where => is a direct edge and a way round over the odd vertex
    const edges = Array.from({ length: 7 }, (_, fork): Edge[] => {
      const [from, over, to] = [2 * fork, 2 * fork + 1, (2 * fork + 2) % 14];
      return [[from, over], [over, to], [from, to]]; // prettier-ignore
    }).flat();
    const found = findCycle(digraphOf({ size: 14, edges }));
    expect(found).toMatchObject({ shortest: [0, 2, 4, 6, 8, 10, 12], others: 127, othersIsLowerBound: false });
  });

  it('counts up to exactly 1,000 others and says at least from there on', () => {
    const pairs = (count: number): Drawing => ({
      size: 2 * count,
      edges: Array.from({ length: 2 * count }, (_, v): Edge => [v, v ^ 1]),
    });
    expect(findCycle(digraphOf(pairs(1_000)))).toMatchObject({ others: 999, othersIsLowerBound: false });
    expect(findCycle(digraphOf(pairs(1_001)))).toMatchObject({ others: 1_000, othersIsLowerBound: false });
    expect(findCycle(digraphOf(pairs(1_002)))).toMatchObject({ others: 1_000, othersIsLowerBound: true });
  });

  it('stops enumerating where few edges make very many cycles', () => {
    //  ten forks: 1,024 cycles with a surplus of only eleven edges
    const edges = Array.from({ length: 10 }, (_, fork): Edge[] => {
      const [from, over, to] = [2 * fork, 2 * fork + 1, (2 * fork + 2) % 20];
      return [[from, over], [over, to], [from, to]]; // prettier-ignore
    }).flat();
    expect(findCycle(digraphOf({ size: 20, edges }))).toMatchObject({ others: 1_000, othersIsLowerBound: true });
  });
});

describe('large graphs with cycles', { timeout: hangMs }, () => {
  const size = 100_000;

  it('a ring of 100,000 is one cycle', () => {
    const found = findCycle(digraphOf(ring(size)));
    expect(found).toMatchObject({ others: 0, isShortestCertain: true });
    expect(found?.shortest).toEqual(Array.from({ length: size }, (_, v) => v));
  });

  it('a small cycle at the end of a chain of 100,000 is found', () => {
    const found = findCycle(digraphOf({ size, edges: [...chain(size).edges, [size - 1, size - 3]] }));
    expect(found).toMatchObject({ shortest: [size - 3, size - 2, size - 1], others: 0 });
  });

  it('a complete graph of 50 answers with a pair and at least 1,000 others', () => {
    const found = findCycle(digraphOf(complete(50)));
    expect(found?.shortest).toHaveLength(2);
    expect(found).toMatchObject({ others: 1_000, othersIsLowerBound: true });
  });

  it('a ring of 2,000 layers of ten, each joined to the whole next one, is certain of its shortest cycle', () => {
    const layered = 20_000;
    const edges = Array.from({ length: layered * 10 }, (_, edge): Edge => {
      const from = Math.floor(edge / 10);
      return [from, ((Math.floor(from / 10) + 1) * 10 + (edge % 10)) % layered];
    });
    const found = findCycle(digraphOf({ size: layered, edges }));
    expect(found?.shortest).toHaveLength(2_000);
    expect(found?.isShortestCertain).toBe(true);
  });

  it('a graph too wide to be certain about still answers with a cycle, and says that it is not certain', () => {
    const width = 300;
    const layers = 300;
    const edges = Array.from({ length: width * layers * 3 }, (_, edge): Edge => {
      const from = Math.floor(edge / 3);
      const next = ((Math.floor(from / width) + 1) % layers) * width;
      return [from, next + ((from * 7 + (edge % 3) * 131 + Math.floor(from / width) * 17) % width)];
    });
    const drawing = { size: width * layers, edges };
    const found = findCycle(digraphOf(drawing));
    const cycle = found?.shortest ?? [];
    const isEdge = new Set(edges.map(([from, to]) => from * drawing.size + to));
    expect(cycle.every((v, at) => isEdge.has(v * drawing.size + (cycle[(at + 1) % cycle.length] ?? 0)))).toBe(true);
    expect(cycle.length % layers).toBe(0);
    expect(found?.isShortestCertain).toBe(false);
  });
});
