import { downstreamsOf, upstreamsOf } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { intAt } from './ints.ts';

/**
 * All vertices, every one after its upstreams; `undefined` when the graph holds a cycle. Deterministic: sources in
 * ascending order first, then first ready, first out; not the lexicographically smallest order. O(V + E).
 */
export function topologicalOrder(graph: Digraph): Int32Array | undefined {
  const { size } = graph;
  const order = new Int32Array(size);
  const waitsFor = upstreamCounts(graph);
  let reached = 0;
  for (let v = 0; v < size; v += 1) {
    if (waitsFor[v] === 0) order[reached++] = v;
  }
  for (let done = 0; done < reached; done += 1) {
    for (const downstream of downstreamsOf(graph, intAt(order, done))) {
      const left = intAt(waitsFor, downstream) - 1;
      waitsFor[downstream] = left;
      if (left === 0) order[reached++] = downstream;
    }
  }
  return reached === size ? order : undefined;
}

/**
 * The wave of every vertex: 0 for a source, else one more than its deepest upstream. For display and estimates only;
 * a wave never holds a task back. `order` is a topological order of the graph. O(V + E).
 */
export function waves(graph: Digraph, order: Int32Array): Int32Array {
  const wave = new Int32Array(graph.size);
  for (const v of order) {
    let deepest = -1;
    for (const upstream of upstreamsOf(graph, v)) deepest = Math.max(deepest, intAt(wave, upstream));
    wave[v] = deepest + 1;
  }
  return wave;
}

/** How many upstreams each vertex has; an edge given twice counts twice. O(V). */
export function upstreamCounts(graph: Digraph): Int32Array {
  const counts = new Int32Array(graph.size);
  for (let v = 0; v < graph.size; v += 1) {
    counts[v] = intAt(graph.upstreamStart, v + 1) - intAt(graph.upstreamStart, v);
  }
  return counts;
}
