import type { Digraph } from './digraph.ts';
import { intAt, IntList } from './ints.ts';

/** Which strongly connected component each vertex is in: `of[v]` is in 0..count-1. */
export interface StrongComponents {
  readonly count: number;
  readonly of: Int32Array;
}

const unseen = -1;

/** Tarjan's algorithm with its own stack, so that depth costs memory and never the call stack. O(V + E). */
export function strongComponents(graph: Digraph): StrongComponents {
  const search = new Search(graph);
  for (let v = 0; v < graph.size; v += 1) search.from(v);
  return { count: search.count, of: search.component };
}

class Search {
  count = 0;
  readonly component: Int32Array;
  readonly #graph: Digraph;
  readonly #found: Int32Array;
  readonly #low: Int32Array;
  readonly #nextEdge: Int32Array;
  readonly #path = new IntList();
  readonly #undecided = new IntList();
  #foundCount = 0;

  constructor(graph: Digraph) {
    this.#graph = graph;
    this.component = new Int32Array(graph.size).fill(unseen);
    this.#found = new Int32Array(graph.size).fill(unseen);
    this.#low = new Int32Array(graph.size);
    this.#nextEdge = graph.downstreamStart.slice();
  }

  from(root: number): void {
    if (this.#found[root] !== unseen) return;
    this.#enter(root);
    while (this.#path.length > 0) this.#step(this.#path.at(this.#path.length - 1));
  }

  /** Follows one edge out of `v`, or leaves `v` when none is left. */
  #step(v: number): void {
    const edge = intAt(this.#nextEdge, v);
    if (edge === this.#graph.downstreamStart[v + 1]) {
      this.#leave(v);
      return;
    }
    this.#nextEdge[v] = edge + 1;
    const downstream = intAt(this.#graph.downstreamList, edge);
    if (this.#found[downstream] === unseen) this.#enter(downstream);
    else if (this.component[downstream] === unseen) this.#lower(v, intAt(this.#found, downstream));
  }

  #enter(v: number): void {
    this.#found[v] = this.#foundCount;
    this.#low[v] = this.#foundCount;
    this.#foundCount += 1;
    this.#path.push(v);
    this.#undecided.push(v);
  }

  #leave(v: number): void {
    this.#path.pop();
    const low = intAt(this.#low, v);
    if (this.#path.length > 0) this.#lower(this.#path.at(this.#path.length - 1), low);
    if (low === this.#found[v]) this.#close(v);
  }

  #close(root: number): void {
    let member: number;
    do {
      member = this.#undecided.pop();
      this.component[member] = this.count;
    } while (member !== root);
    this.count += 1;
  }

  #lower(v: number, low: number): void {
    if (low < intAt(this.#low, v)) this.#low[v] = low;
  }
}
