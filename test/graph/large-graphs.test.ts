import { describe, expect, it } from 'vitest';
import { closure, criticalPath, topologicalOrder, waves } from '../../src/graph/index.ts';
import { chain, digraphOf, fanIn, fanOut, hangMs, ring } from './graphs.ts';
import type { Drawing } from './graphs.ts';

const size = 100_000;

interface Expected {
  readonly drawing: Drawing;
  readonly waveLast: number;
  readonly length: number;
  readonly fromFirst: number;
}

describe('a graph of 100,000', { timeout: hangMs }, () => {
  it.each<[string, Expected]>([
    ['chain', { drawing: chain(size), waveLast: size - 1, length: size, fromFirst: size }],
    ['fan-out', { drawing: fanOut(size), waveLast: 1, length: 2, fromFirst: size }],
    ['fan-in', { drawing: fanIn(size), waveLast: 1, length: 2, fromFirst: 2 }],
  ])('that is a %s is ordered, measured and walked', (_, { drawing, waveLast, length, fromFirst }) => {
    const graph = digraphOf(drawing);
    const order = topologicalOrder(graph) ?? new Int32Array(0);
    expect([...order]).toEqual(Array.from({ length: size }, (_unused, v) => v));
    expect(waves(graph, order)[size - 1]).toBe(waveLast);
    expect(criticalPath(graph, order, new Float64Array(size).fill(1)).lengthTotal).toBe(length);
    expect(closure(graph, [0], 'downstream').reduce((sum, mark) => sum + mark)).toBe(fromFirst);
  });

  it('that is a ring has no order, and walking it ends', () => {
    const graph = digraphOf(ring(size));
    expect(topologicalOrder(graph)).toBeUndefined();
    expect(closure(graph, [7], 'upstream').reduce((sum, mark) => sum + mark)).toBe(size);
  });
});
