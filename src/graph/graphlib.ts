import { Graph } from '@dagrejs/graphlib';
import { RefusedError } from '../errors/index.ts';
import type { Problem } from '../errors/index.ts';
import { upstreamsOf } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { displayName } from './display-name.ts';
import type { NamedVertex } from './names.ts';

/** What is read of a graphlib `Graph`, so that a graph of any of its versions and labels will do. */
export interface GraphlibGraph {
  isDirected(): boolean;
  nodes(): readonly string[];
  edges(): readonly { readonly v: string; readonly w: string }[];
  node(name: string): unknown;
}

/** A vertex of a graphlib graph with the label it had there. */
export interface LabelledVertex extends NamedVertex {
  readonly label: unknown;
}

/**
 * The graph as a graphlib `Graph`, edges from upstream to downstream, nodes without labels; an edge given twice stands
 * once. graphlib lists keys that are whole numbers first. Throws a `RefusedError` with the code `GRAPHLIB_KEY` on keys
 * it cannot hold: names every object has (`__proto__`, `constructor` ...), the characters U+0000 and U+0001, duplicates.
 */
export function toGraphlib(graph: Digraph, keyOf: (v: number) => string): Graph {
  const keys = Array.from({ length: graph.size }, (_, v) => keyOf(v));
  requireKeys(keys);
  const result = new Graph({ directed: true });
  for (const key of keys) result.setNode(key);
  for (const [v, key] of keys.entries()) {
    for (const upstream of upstreamsOf(graph, v)) result.setEdge(keyOf(upstream), key);
  }
  return result;
}

/**
 * The nodes of a graphlib graph in its own order, each with its label and the nodes that have an edge to it. Parallel
 * edges stand as often as they are, and resolving the names then refuses them; parents of a compound graph are not
 * read. Throws a `RefusedError` with the code `GRAPHLIB_UNDIRECTED` on an undirected graph and `GRAPHLIB_KEY` on an
 * edge to a node that is not there. O(V + E).
 */
export function namedVerticesFromGraphlib(graph: GraphlibGraph): readonly LabelledVertex[] {
  if (!graph.isDirected()) refuseUndirected();
  const upstreams = new Map<string, string[]>();
  for (const key of graph.nodes()) upstreams.set(key, []);
  for (const { v, w } of graph.edges()) {
    const into = upstreams.get(w);
    if (!into) refuseKeys([keyProblem(w, 'an edge leads to it, but it is not among the nodes')]);
    into.push(v);
  }
  return Array.from(upstreams, ([key, from]) => ({ key, upstreams: from, label: graph.node(key) }));
}

function requireKeys(keys: readonly string[]): void {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const key of keys) {
    if (key in Object.prototype) problems.push(keyProblem(key, 'every plain object already has that name'));
    else if (key.includes('\u0000') || key.includes('\u0001')) {
      problems.push(keyProblem(key, 'it contains a character that graphlib uses as a separator'));
    } else if (seen.has(key)) problems.push(keyProblem(key, 'two vertices have it'));
    seen.add(key);
  }
  if (problems.length > 0) refuseKeys(problems);
}

function keyProblem(key: string, why: string): Problem {
  return {
    code: 'GRAPHLIB_KEY',
    message: `graphlib cannot hold the key "${displayName(key)}": ${why}.`,
    next: 'Rename the task.',
    details: { key },
  };
}

function refuseKeys(problems: readonly Problem[]): never {
  throw new RefusedError('GRAPHLIB_KEY', 'The graph does not fit graphlib', problems);
}

function refuseUndirected(): never {
  throw new RefusedError('GRAPHLIB_UNDIRECTED', 'The graphlib graph cannot be used', [
    {
      code: 'GRAPHLIB_UNDIRECTED',
      message: 'It is undirected, so nothing says which task comes first.',
      next: 'Create it with { directed: true }.',
    },
  ]);
}
