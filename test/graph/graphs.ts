import fc from 'fast-check';
import { buildDigraph } from '../../src/graph/index.ts';
import type { Digraph } from '../../src/graph/index.ts';

/** An edge from upstream to downstream. */
export type Edge = readonly [from: number, to: number];

/** A graph as a test draws it: how many vertices, and the edges between them. */
export interface Drawing {
  readonly size: number;
  readonly edges: readonly Edge[];
}

/** Builds the graph of a drawing; the upstreams of a vertex stand in the order of the edges. */
export function digraphOf({ size, edges }: Drawing): Digraph {
  const rows: number[][] = Array.from({ length: size }, () => []);
  for (const [from, to] of edges) rows[to]?.push(from);
  const start = new Int32Array(size + 1);
  const list = new Int32Array(edges.length);
  let filled = 0;
  for (const [v, row] of rows.entries()) {
    list.set(row, filled);
    filled += row.length;
    start[v + 1] = filled;
  }
  return buildDigraph(size, { start, list });
}

/** Characters that somebody could trip over: separators, controls, marks of direction, halves of a pair. */
export const oddCharacter = fc.constantFrom(
  ...['a', 'B', '1', '_', ' ', '"', '\\', '→', 'é', '启', '😀', '\u0000', '\u0001', '\n', '\u001b', '\u009b'],
  ...['\u2028', '\u202e', '\ufeff', '\ud800', '\udc00'],
);

/** A large graph that takes this long is taken for a hang, however busy the machine: no measure of speed. */
export const hangMs = 60_000;

/** 0 -> 1 -> 2 -> ... */
export function chain(size: number): Drawing {
  return { size, edges: Array.from({ length: size - 1 }, (_, v): Edge => [v, v + 1]) };
}

/** 0 -> 1 -> 2 -> ... -> 0 */
export function ring(size: number): Drawing {
  return { size, edges: [...chain(size).edges, [size - 1, 0]] };
}

/** 0 -> every other vertex */
export function fanOut(size: number): Drawing {
  return { size, edges: Array.from({ length: size - 1 }, (_, v): Edge => [0, v + 1]) };
}

/** every other vertex -> the last one */
export function fanIn(size: number): Drawing {
  return { size, edges: Array.from({ length: size - 1 }, (_, v): Edge => [v, size - 1]) };
}

/** Every vertex to every other. */
export function complete(size: number): Drawing {
  const edges: Edge[] = [];
  for (let from = 0; from < size; from += 1) {
    for (let to = 0; to < size; to += 1) if (from !== to) edges.push([from, to]);
  }
  return { size, edges };
}

/** Any directed graph without parallel edges: cycles and self-loops included. */
export function anyGraph(sizeMax: number): fc.Arbitrary<Drawing> {
  return fc.integer({ min: 1, max: sizeMax }).chain((size) => {
    const vertex = fc.integer({ min: 0, max: size - 1 });
    const edge = fc.tuple(vertex, vertex);
    const edges = fc.uniqueArray(edge, { maxLength: size * 4, selector: ([from, to]) => from * size + to });
    return fc.record({ size: fc.constant(size), edges });
  });
}

/** A graph without cycles whose indices are no topological order. */
export function acyclicGraph(sizeMax: number): fc.Arbitrary<Drawing> {
  return anyGraph(sizeMax).chain(({ size, edges }) =>
    fc.array(fc.nat(), { minLength: size, maxLength: size }).map((ranks) => {
      const rank = (v: number): number => (ranks[v] ?? 0) * size + v;
      return { size, edges: edges.filter(([from, to]) => rank(from) < rank(to)) };
    }),
  );
}
