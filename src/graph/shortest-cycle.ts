import type { CyclicCore } from './cyclic-core.ts';
import { downstreamsOf, upstreamsOf } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { intAt, IntList } from './ints.ts';

export interface ShortestCycle {
  /** Compact indices of the core in dependency order, starting anywhere. */
  readonly vertices: readonly number[];
  /** Whether it is certain that no cycle is shorter: the budget of work sufficed. */
  readonly isCertain: boolean;
}

/** Edges looked at before the search contents itself with the shortest cycle found so far: about half a second. */
const edgesMax = 25_000_000;

/**
 * One shortest cycle of a core that is not empty. Every cycle passes one of a few candidates (the heads of edges that
 * do not lead away from a root), so one breadth-first search from each suffices; a candidate that was searched is
 * removed, and with it everything that then lies on no cycle. O(candidates x E), mostly far less.
 */
export function shortestCycle(core: CyclicCore): ShortestCycle {
  const search = new CycleSearch(core.graph);
  for (const candidate of candidates(core)) {
    if (search.isOver) break;
    search.through(candidate);
  }
  return { vertices: search.best, isCertain: search.isCertain };
}

/** Roots each component at its first vertex; every cycle holds an edge that does not go one level further down. */
function candidates(core: CyclicCore): Int32Array {
  const { graph } = core;
  const level = new Int32Array(graph.size).fill(-1);
  const order = new IntList(graph.size);
  for (let root = 0; root < graph.size; root += 1) {
    if (level[root] === -1) descend(graph, { root, level, order });
  }
  const heads = new Uint8Array(graph.size);
  const list = new IntList();
  for (let at = 0; at < order.length; at += 1) {
    const v = order.at(at);
    for (const upstream of upstreamsOf(graph, v)) {
      if (intAt(level, v) > intAt(level, upstream) || heads[v] === 1) continue;
      heads[v] = 1;
      list.push(v);
    }
  }
  return list.toArray();
}

function descend(graph: Digraph, tree: { root: number; level: Int32Array; order: IntList }): void {
  const { root, level, order } = tree;
  level[root] = 0;
  let open = order.length;
  order.push(root);
  for (; open < order.length; open += 1) {
    const v = order.at(open);
    for (const downstream of downstreamsOf(graph, v)) {
      if (level[downstream] !== -1) continue;
      level[downstream] = intAt(level, v) + 1;
      order.push(downstream);
    }
  }
}

class CycleSearch {
  best: number[] = [];
  isCertain = true;
  readonly #graph: Digraph;
  readonly #upstreamsLeft: Int32Array;
  readonly #downstreamsLeft: Int32Array;
  readonly #isRemoved: Uint8Array;
  readonly #seenFrom: Int32Array;
  readonly #cameFrom: Int32Array;
  readonly #open: Int32Array;
  #edgesLeft = edgesMax;

  constructor(graph: Digraph) {
    this.#graph = graph;
    this.#upstreamsLeft = degrees(graph.upstreamStart);
    this.#downstreamsLeft = degrees(graph.downstreamStart);
    this.#isRemoved = new Uint8Array(graph.size);
    this.#seenFrom = new Int32Array(graph.size).fill(-1);
    this.#cameFrom = new Int32Array(graph.size);
    this.#open = new Int32Array(graph.size);
  }

  /** Nothing shorter can come, or may be looked for. */
  get isOver(): boolean {
    return this.best.length === 1 || !this.isCertain;
  }

  through(candidate: number): void {
    if (this.#isRemoved[candidate] === 1) return;
    const last = this.#lastBefore(candidate);
    if (last !== -1) this.best = this.#pathTo(last, candidate);
    if (this.#edgesLeft <= 0) this.isCertain = false;
    this.#remove(candidate);
  }

  /** The vertex from which a cycle shorter than the best one closes at `root`, or -1. Breadth first. */
  #lastBefore(root: number): number {
    const lengthMax = this.best.length === 0 ? this.#graph.size : this.best.length - 1;
    let reached = 1;
    let levelEnd = 1;
    let length = 1;
    this.#open[0] = root;
    for (let at = 0; at < reached && this.#edgesLeft > 0; at += 1) {
      if (at === levelEnd) {
        length += 1;
        levelEnd = reached;
      }
      if (length > lengthMax) return -1;
      const v = intAt(this.#open, at);
      for (const downstream of downstreamsOf(this.#graph, v)) {
        this.#edgesLeft -= 1;
        if (downstream === root) return v;
        if (this.#seenFrom[downstream] === root || this.#isRemoved[downstream] === 1) continue;
        this.#seenFrom[downstream] = root;
        this.#cameFrom[downstream] = v;
        this.#open[reached] = downstream;
        reached += 1;
      }
    }
    return -1;
  }

  #pathTo(last: number, root: number): number[] {
    const path = [last];
    for (let v = last; v !== root;) {
      v = intAt(this.#cameFrom, v);
      path.push(v);
    }
    return path.reverse();
  }

  /** Takes `first` away, and whatever has no upstream or no downstream left because of it. O(E) over all calls. */
  #remove(first: number): void {
    const open = new IntList();
    this.#isRemoved[first] = 1;
    open.push(first);
    while (open.length > 0) {
      const v = open.pop();
      this.#loosen(downstreamsOf(this.#graph, v), this.#upstreamsLeft, open);
      this.#loosen(upstreamsOf(this.#graph, v), this.#downstreamsLeft, open);
    }
  }

  #loosen(neighbours: Int32Array, left: Int32Array, open: IntList): void {
    for (const neighbour of neighbours) {
      const count = intAt(left, neighbour) - 1;
      left[neighbour] = count;
      if (count > 0 || this.#isRemoved[neighbour] === 1) continue;
      this.#isRemoved[neighbour] = 1;
      open.push(neighbour);
    }
  }
}

function degrees(start: Int32Array): Int32Array {
  const counts = new Int32Array(start.length - 1);
  for (let v = 0; v < counts.length; v += 1) counts[v] = intAt(start, v + 1) - intAt(start, v);
  return counts;
}
