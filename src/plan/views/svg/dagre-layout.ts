import { layout } from '@dagrejs/dagre';
import { buildDigraph, toGraphlib } from '../../../graph/index.ts';
import type { Box, BoxEdge } from './boxes.ts';
import { edgeEnd, type Layout, type Point, type ToLayOut } from './layout.ts';

type DagreGraph = ReturnType<typeof toGraphlib>;

// The package's own types do not resolve under `nodenext`; this is the part that is used.
const layOutInPlace = layout as (graph: DagreGraph) => unknown;

/** A layered drawing with few crossings. Takes about (boxes + waves crossed by edges)^1.5; recurses along the graph. */
export function layOutByDagre({ graph: { boxes, edges }, sizes }: ToLayOut): Layout {
  const laid = toGraphlib(digraphOf(boxes.length, edges), nameOf);
  laid.setGraph({ rankdir: 'TB', nodesep: 20, edgesep: 12, ranksep: 36, marginx: 20, marginy: 20 });
  for (const [box, { width, height }] of sizes.entries()) laid.setNode(nameOf(box), { width, height });
  for (const { from, to } of edges) laid.setEdge(nameOf(from), nameOf(to), {});
  layOutInPlace(laid);
  const { width = 0, height = 0 } = laid.graph() as { width?: number; height?: number };
  const raw = boxes.map((_, box) => laid.node(nameOf(box)) as Point);
  // dagre often puts the last lane first; then the whole picture is seen from behind.
  const turned = isBackwards(boxes, raw) ? ({ x, y }: Point): Point => ({ x: width - x, y }) : (point: Point) => point;
  const places = raw.map(turned);
  return {
    // An empty graph has a size of -Infinity.
    ...{ width: Math.max(0, width), height: Math.max(0, height), places },
    routes: edges.map(({ from, to }) => {
      const { points } = laid.edge(nameOf(from), nameOf(to)) as { points: Point[] };
      const way = points.slice(1, -1).map(turned);
      return [edgeEnd(places[from], sizes[from], 1), ...way, edgeEnd(places[to], sizes[to], -1)];
    }),
  };
}

/** Boxes of one wave that follow each other in declaration order stand in the reverse order more often than not. */
function isBackwards(boxes: readonly Box[], places: readonly Point[]): boolean {
  const steps = boxes.slice(1).map(({ wave }, at) => {
    return wave === boxes[at]?.wave ? Math.sign((places[at + 1]?.x ?? 0) - (places[at]?.x ?? 0)) : 0;
  });
  return steps.reduce<number>((sum, step) => sum + step, 0) < 0;
}

function digraphOf(size: number, edges: readonly BoxEdge[]): ReturnType<typeof buildDigraph> {
  const start = new Int32Array(size + 1);
  for (const { to } of edges) start[to + 1] = (start[to + 1] ?? 0) + 1;
  for (let box = 1; box <= size; box++) start[box] = (start[box] ?? 0) + (start[box - 1] ?? 0);
  // Edges are sorted by the box they lead to.
  return buildDigraph(size, { start, list: Int32Array.from(edges, ({ from }) => from) });
}

function nameOf(box: number): string {
  return `b${box}`;
}
