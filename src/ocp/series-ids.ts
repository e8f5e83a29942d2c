import { buildDigraph, IntList, topologicalOrder, type Digraph } from '../graph/index.ts';
import type { TaskSnapshot } from '../state/index.ts';

/**
 * Position of every task in a topological order; its position in the list when the edges make no sense.
 * O(tasks + edges).
 */
export function seriesIds(tasks: readonly TaskSnapshot[]): Int32Array {
  const series = new Int32Array(tasks.length).map((_, index) => index);
  const graph = graphOf(tasks);
  const order = graph && topologicalOrder(graph);
  for (const [position, index] of order?.entries() ?? []) series[index] = position;
  return series;
}

/** Undefined when an id is there twice, or an edge is told twice or leads nowhere. */
function graphOf(tasks: readonly TaskSnapshot[]): Digraph | undefined {
  const indexOf = new Map<number, number>();
  for (const [index, { id }] of tasks.entries()) indexOf.set(id, index);
  if (indexOf.size < tasks.length) return undefined;
  const start = new Int32Array(tasks.length + 1);
  const list = new IntList(tasks.length);
  const lastNamedBy = new Int32Array(tasks.length).fill(-1);
  for (const [index, { upstreams }] of tasks.entries()) {
    for (const id of upstreams) {
      const upstream = indexOf.get(id);
      if (upstream === undefined || lastNamedBy[upstream] === index) return undefined;
      lastNamedBy[upstream] = index;
      list.push(upstream);
    }
    start[index + 1] = list.length;
  }
  return buildDigraph(tasks.length, { start, list: list.toArray() });
}
