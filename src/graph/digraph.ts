import { PrecedeError } from '../errors/index.ts';
import { intAt, IntList } from './ints.ts';

/**
 * A directed graph over the vertices 0..size-1, as compressed sparse rows both ways: the upstreams of `v` are
 * `upstreamList[upstreamStart[v] .. upstreamStart[v + 1])`. Upstreams keep the order they were given in, downstreams
 * ascend. Read-only by agreement: nobody writes into the arrays.
 */
export interface Digraph {
  readonly size: number;
  readonly edgeCount: number;
  readonly upstreamStart: Int32Array;
  readonly upstreamList: Int32Array;
  readonly downstreamStart: Int32Array;
  readonly downstreamList: Int32Array;
}

/** Adjacency one way: row `v` is `list[start[v] .. start[v + 1])`. */
export interface Rows {
  readonly start: Int32Array;
  readonly list: Int32Array;
}

/**
 * Builds a graph from its upstream rows (`start` has `size + 1` cells), which it keeps without copying. An edge given
 * twice stays twice. Cycles are allowed here. Throws `INVALID_GRAPH` on a vertex outside 0..size-1. O(V + E).
 */
export function buildDigraph(size: number, upstreams: Rows): Digraph {
  const edgeCount = intAt(upstreams.start, size);
  const upstreamList = upstreams.list.subarray(0, edgeCount);
  const downstreamStart = countDownstreams(size, upstreamList);
  return {
    size,
    edgeCount,
    upstreamStart: upstreams.start,
    upstreamList,
    downstreamStart,
    downstreamList: fillDownstreams(size, { start: upstreams.start, list: upstreamList }, downstreamStart),
  };
}

/** The direct predecessors of `v` in declared order: a view, not a copy. O(1). */
export function upstreamsOf(graph: Digraph, v: number): Int32Array {
  return graph.upstreamList.subarray(graph.upstreamStart[v], graph.upstreamStart[v + 1]);
}

/** The direct successors of `v`, ascending: a view, not a copy. O(1). */
export function downstreamsOf(graph: Digraph, v: number): Int32Array {
  return graph.downstreamList.subarray(graph.downstreamStart[v], graph.downstreamStart[v + 1]);
}

/** The same graph with every edge turned round, sharing the arrays: what a rollback walks. O(1). */
export function reversed(graph: Digraph): Digraph {
  return {
    size: graph.size,
    edgeCount: graph.edgeCount,
    upstreamStart: graph.downstreamStart,
    upstreamList: graph.downstreamList,
    downstreamStart: graph.upstreamStart,
    downstreamList: graph.upstreamList,
  };
}

/**
 * Grows a graph while tasks are declared. A vertex may only name vertices added before it, so the result has no cycle
 * and the index order is a topological order.
 */
export class UpstreamBuilder {
  readonly #start = new IntList();
  readonly #list = new IntList();

  constructor() {
    this.#start.push(0);
  }

  /** How many vertices were added so far. */
  get size(): number {
    return this.#start.length - 1;
  }

  /**
   * Adds a vertex and returns its index. An upstream given twice stays twice. Throws `INVALID_GRAPH`, adding nothing,
   * when an upstream was not added before. Amortised O(1) per edge.
   */
  add(upstreams: readonly number[]): number {
    const vertex = this.size;
    for (const upstream of upstreams) requireVertex(upstream, vertex);
    for (const upstream of upstreams) this.#list.push(upstream);
    this.#start.push(this.#list.length);
    return vertex;
  }

  /** The graph of what was added so far; adding may go on afterwards. O(V + E). */
  build(): Digraph {
    return buildDigraph(this.size, { start: this.#start.toArray(), list: this.#list.toArray() });
  }
}

function countDownstreams(size: number, upstreamList: Int32Array): Int32Array {
  const start = new Int32Array(size + 1);
  for (const upstream of upstreamList) {
    requireVertex(upstream, size);
    start[upstream + 1] = intAt(start, upstream + 1) + 1;
  }
  for (let v = 0; v < size; v += 1) start[v + 1] = intAt(start, v + 1) + intAt(start, v);
  return start;
}

/** Walks the vertices in ascending order, which makes every downstream row ascend. */
function fillDownstreams(size: number, upstreams: Rows, downstreamStart: Int32Array): Int32Array {
  const next = downstreamStart.slice();
  const list = new Int32Array(upstreams.list.length);
  for (let v = 0; v < size; v += 1) {
    const end = intAt(upstreams.start, v + 1);
    for (let edge = intAt(upstreams.start, v); edge < end; edge += 1) {
      const upstream = intAt(upstreams.list, edge);
      const cell = intAt(next, upstream);
      list[cell] = v;
      next[upstream] = cell + 1;
    }
  }
  return list;
}

function requireVertex(vertex: number, size: number): void {
  if (Number.isInteger(vertex) && vertex >= 0 && vertex < size) return;
  throw new PrecedeError('INVALID_GRAPH', {
    message: `Vertex ${vertex} is named as an upstream, but only the vertices below ${size} may be.`,
    details: { vertex, size },
  });
}
