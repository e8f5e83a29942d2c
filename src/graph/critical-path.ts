import { PrecedeError } from '../errors/index.ts';
import { downstreamsOf, upstreamsOf } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { intAt, numberAt } from './ints.ts';

/** The times of a graph whose every vertex starts as soon as its upstreams end. Units are those of the durations. */
export interface CriticalPath {
  /** The length of the heaviest path: no schedule is shorter. */
  readonly lengthTotal: number;
  /** The earliest start of each vertex. */
  readonly start: Float64Array;
  /** What each vertex can lose without making `lengthTotal` longer; exactly 0 on `path`, never negative. */
  readonly slack: Float64Array;
  /** The heaviest path from each vertex to a sink, the vertex included: the scheduling priority. */
  readonly tail: Float64Array;
  /** The vertices of one heaviest path, source first; among equals the smallest index. Empty for the empty graph. */
  readonly path: readonly number[];
}

/**
 * The heaviest path through a graph without cycles, and the times around it. `order` is a topological order of the
 * graph, `durations` finite and not negative, else `INVALID_DURATION`. Exact for whole numbers. O(V + E).
 */
export function criticalPath(graph: Digraph, order: Int32Array, durations: Float64Array): CriticalPath {
  requireDurations(graph, durations);
  const start = earliestStarts(graph, order, durations);
  const tail = heaviestTails(graph, order, durations);
  const path = heaviestPath(graph, tail);
  const [first] = path;
  const lengthTotal = first === undefined ? 0 : numberAt(tail, first);
  const slack = new Float64Array(graph.size);
  for (let v = 0; v < graph.size; v += 1) {
    slack[v] = Math.max(0, lengthTotal - numberAt(start, v) - numberAt(tail, v));
  }
  for (const v of path) slack[v] = 0;
  return { lengthTotal, start, slack, tail, path };
}

/** Refuses durations that no schedule can hold: negative, infinite, not a number, or not one per vertex. O(V). */
export function requireDurations(graph: Digraph, durations: Float64Array): void {
  if (durations.length !== graph.size) {
    throw new PrecedeError('INVALID_DURATION', {
      message: `${durations.length} durations were given for ${graph.size} vertices.`,
      details: { durations: durations.length, vertices: graph.size },
    });
  }
  const vertex = durations.findIndex((duration) => !(duration >= 0 && duration < Infinity));
  if (vertex === -1) return;
  throw new PrecedeError('INVALID_DURATION', {
    message: `The duration of vertex ${vertex} is ${durations[vertex]}; it must be finite and not negative.`,
    details: { vertex },
  });
}

function earliestStarts(graph: Digraph, order: Int32Array, durations: Float64Array): Float64Array {
  const start = new Float64Array(graph.size);
  for (const v of order) {
    let latest = 0;
    for (const upstream of upstreamsOf(graph, v)) {
      latest = Math.max(latest, numberAt(start, upstream) + numberAt(durations, upstream));
    }
    start[v] = latest;
  }
  return start;
}

function heaviestTails(graph: Digraph, order: Int32Array, durations: Float64Array): Float64Array {
  const tail = new Float64Array(graph.size);
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const v = intAt(order, at);
    let heaviest = 0;
    for (const downstream of downstreamsOf(graph, v)) heaviest = Math.max(heaviest, numberAt(tail, downstream));
    tail[v] = heaviest + numberAt(durations, v);
  }
  return tail;
}

function heaviestPath(graph: Digraph, tail: Float64Array): number[] {
  const path: number[] = [];
  let next = heaviestOf(sources(graph), tail);
  while (next !== undefined) {
    path.push(next);
    next = heaviestOf(downstreamsOf(graph, next), tail);
  }
  return path;
}

function heaviestOf(vertices: Iterable<number>, tail: Float64Array): number | undefined {
  let heaviest: number | undefined;
  for (const v of vertices) {
    if (heaviest === undefined || numberAt(tail, v) > numberAt(tail, heaviest)) heaviest = v;
  }
  return heaviest;
}

function* sources(graph: Digraph): Iterable<number> {
  for (let v = 0; v < graph.size; v += 1) {
    if (graph.upstreamStart[v] === graph.upstreamStart[v + 1]) yield v;
  }
}
