import type { CyclicCore } from './cyclic-core.ts';
import { buildDigraph, downstreamsOf, upstreamsOf } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { intAt, IntList } from './ints.ts';

/**
 * How many elementary cycles a core has, counted up to `countMax` (which then means: that many or more).
 *
 * The cycles of a strongly connected component span its cycle space, so it has at least E - V + 1 of them. Where that
 * alone reaches the bound nothing is enumerated; where it does not, what is left after paths are contracted has at
 * most some thousand vertices, and Johnson's algorithm counts exactly. O(V + E + countMax^2).
 */
export function countCycles(core: CyclicCore, countMax: number): number {
  const { graph, componentCount } = core;
  if (graph.edgeCount - graph.size + componentCount >= countMax) return countMax;
  const contraction = contractPaths(core);
  const counter = new CycleCounter(contraction.graph, countMax - contraction.cycles);
  for (let v = 0; v < contraction.graph.size; v += 1) counter.countFrom(v);
  return Math.min(countMax, contraction.cycles + counter.count);
}

interface Contraction {
  /** The branching vertices, joined by an edge for each path between them; parallel edges are kept. */
  readonly graph: Digraph;
  /** The cycles that contraction closed: bare rings, and paths that lead back to where they began. */
  readonly cycles: number;
}

/** Replaces every path through vertices with one way in and one way out by a single edge. O(V + E). */
function contractPaths(core: CyclicCore): Contraction {
  const { graph } = core;
  const compact = new Int32Array(graph.size).fill(-1);
  const branching = new IntList();
  const branchingComponents = new Set<number>();
  for (let v = 0; v < graph.size; v += 1) {
    if (upstreamsOf(graph, v).length === 1 && downstreamsOf(graph, v).length === 1) continue;
    compact[v] = branching.length;
    branching.push(v);
    branchingComponents.add(intAt(core.component, v));
  }
  const start = new Int32Array(branching.length + 1);
  const list = new IntList();
  let cycles = core.componentCount - branchingComponents.size;
  for (let index = 0; index < branching.length; index += 1) {
    for (const upstream of upstreamsOf(graph, branching.at(index))) {
      const from = intAt(compact, beginningOfPath(graph, compact, upstream));
      if (from === index) cycles += 1;
      else list.push(from);
    }
    start[index + 1] = list.length;
  }
  return { graph: buildDigraph(branching.length, { start, list: list.toArray() }), cycles };
}

function beginningOfPath(graph: Digraph, compact: Int32Array, end: number): number {
  let v = end;
  while (compact[v] === -1) v = intAt(upstreamsOf(graph, v), 0);
  return v;
}

/** Johnson's enumeration of elementary cycles, with stacks of its own. A cycle is found at its smallest vertex. */
class CycleCounter {
  count = 0;
  readonly #graph: Digraph;
  readonly #countMax: number;
  readonly #isBlocked: Uint8Array;
  readonly #closes: Uint8Array;
  readonly #nextEdge: Int32Array;
  readonly #unblocks: Set<number>[];
  readonly #path = new IntList();
  #isInside: Uint8Array;

  constructor(graph: Digraph, countMax: number) {
    this.#graph = graph;
    this.#countMax = countMax;
    this.#isBlocked = new Uint8Array(graph.size);
    this.#closes = new Uint8Array(graph.size);
    this.#isInside = new Uint8Array(graph.size);
    this.#nextEdge = new Int32Array(graph.size);
    this.#unblocks = Array.from({ length: graph.size }, () => new Set<number>());
  }

  /** Adds the cycles whose smallest vertex is `root`. */
  countFrom(root: number): void {
    if (this.count >= this.#countMax) return;
    this.#isInside = componentAbove(this.#graph, root);
    this.#isBlocked.fill(0);
    for (const waiting of this.#unblocks) waiting.clear();
    this.#enter(root);
    while (this.#path.length > 0 && this.count < this.#countMax) this.#step(root);
  }

  #step(root: number): void {
    const v = this.#path.at(this.#path.length - 1);
    const edge = intAt(this.#nextEdge, v);
    if (edge === this.#graph.downstreamStart[v + 1]) {
      this.#leave(v);
      return;
    }
    this.#nextEdge[v] = edge + 1;
    const downstream = intAt(this.#graph.downstreamList, edge);
    if (downstream === root) {
      this.count += 1;
      this.#closes[v] = 1;
    } else if (this.#isInside[downstream] === 1 && this.#isBlocked[downstream] === 0) this.#enter(downstream);
  }

  #enter(v: number): void {
    this.#path.push(v);
    this.#isBlocked[v] = 1;
    this.#closes[v] = 0;
    this.#nextEdge[v] = intAt(this.#graph.downstreamStart, v);
  }

  #leave(v: number): void {
    this.#path.pop();
    if (this.#closes[v] === 1) {
      this.#unblock(v);
      if (this.#path.length > 0) this.#closes[this.#path.at(this.#path.length - 1)] = 1;
      return;
    }
    for (const downstream of downstreamsOf(this.#graph, v)) {
      if (this.#isInside[downstream] === 1) this.#unblocks[downstream]?.add(v);
    }
  }

  #unblock(first: number): void {
    const open = new IntList();
    open.push(first);
    while (open.length > 0) {
      const v = open.pop();
      this.#isBlocked[v] = 0;
      const waiting = this.#unblocks[v] ?? new Set();
      for (const other of waiting) {
        if (this.#isBlocked[other] === 1) open.push(other);
      }
      waiting.clear();
    }
  }
}

/** Marks the vertices that lie on a cycle with `root` and nothing smaller than `root`. O(V + E). */
function componentAbove(graph: Digraph, root: number): Uint8Array {
  const forth = reachAbove(graph, root, downstreamsOf);
  const back = reachAbove(graph, root, upstreamsOf);
  return forth.map((mark, v) => mark & (back[v] ?? 0));
}

function reachAbove(graph: Digraph, root: number, neighboursOf: typeof upstreamsOf): Uint8Array {
  const marks = new Uint8Array(graph.size);
  const open = new IntList();
  marks[root] = 1;
  open.push(root);
  while (open.length > 0) {
    for (const neighbour of neighboursOf(graph, open.pop())) {
      if (neighbour < root || marks[neighbour] === 1) continue;
      marks[neighbour] = 1;
      open.push(neighbour);
    }
  }
  return marks;
}
