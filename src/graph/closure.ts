import { PrecedeError } from '../errors/index.ts';
import { downstreamsOf, upstreamsOf } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { IntList } from './ints.ts';

/**
 * Marks with 1 the seeds and everything reachable from them in the given direction, everything else with 0.
 * Throws `INVALID_GRAPH` on a seed outside the graph. O(V + E).
 */
export function closure(graph: Digraph, seeds: Iterable<number>, direction: 'upstream' | 'downstream'): Uint8Array {
  const neighboursOf = direction === 'upstream' ? upstreamsOf : downstreamsOf;
  const marks = new Uint8Array(graph.size);
  const open = new IntList();
  const reach = (v: number): void => {
    if (marks[v] === 1) return;
    marks[v] = 1;
    open.push(v);
  };
  for (const seed of seeds) {
    requireSeed(graph, seed);
    reach(seed);
  }
  while (open.length > 0) {
    for (const neighbour of neighboursOf(graph, open.pop())) reach(neighbour);
  }
  return marks;
}

function requireSeed(graph: Digraph, seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < graph.size) return;
  throw new PrecedeError('INVALID_GRAPH', {
    message: `Vertex ${seed} is not in the graph of ${graph.size} vertices.`,
    details: { vertex: seed, size: graph.size },
  });
}
