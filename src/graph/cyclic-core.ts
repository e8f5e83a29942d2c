import { buildDigraph, upstreamsOf } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { intAt, IntList } from './ints.ts';
import { strongComponents } from './strong-components.ts';

/** What is left of a graph when everything outside cycles is taken away: every edge lies on a cycle, and stands once. */
export interface CyclicCore {
  /** The core's own graph over compact indices. */
  readonly graph: Digraph;
  /** The vertex of the whole graph behind each compact index, ascending. */
  readonly vertexOf: Int32Array;
  /** The strongly connected component of each compact index. */
  readonly component: Int32Array;
  /** How many components hold a cycle. */
  readonly componentCount: number;
}

/** Restricts a graph to its strongly connected components. Empty exactly when the graph has no cycle. O(V + E). */
export function cyclicCore(graph: Digraph): CyclicCore {
  const components = strongComponents(graph);
  const inCore = onCycle(graph, components.of);
  const compact = new Int32Array(graph.size).fill(-1);
  const vertices = new IntList();
  const component = new IntList();
  for (let v = 0; v < graph.size; v += 1) {
    if (inCore[v] !== 1) continue;
    compact[v] = vertices.length;
    vertices.push(v);
    component.push(intAt(components.of, v));
  }
  const vertexOf = vertices.toArray();
  const core = restrict(graph, { vertexOf, compact, component: components.of });
  const componentOf = component.toArray();
  return { graph: core, vertexOf, component: componentOf, componentCount: new Set(componentOf).size };
}

function onCycle(graph: Digraph, component: Int32Array): Uint8Array {
  const marks = new Uint8Array(graph.size);
  for (let v = 0; v < graph.size; v += 1) {
    for (const upstream of upstreamsOf(graph, v)) {
      if (component[upstream] !== component[v]) continue;
      marks[v] = 1;
      marks[upstream] = 1;
    }
  }
  return marks;
}

interface Restriction {
  readonly vertexOf: Int32Array;
  readonly compact: Int32Array;
  readonly component: Int32Array;
}

function restrict(graph: Digraph, { vertexOf, compact, component }: Restriction): Digraph {
  const start = new Int32Array(vertexOf.length + 1);
  const list = new IntList();
  const lastSeenBy = new Int32Array(graph.size).fill(-1);
  for (let index = 0; index < vertexOf.length; index += 1) {
    const v = intAt(vertexOf, index);
    for (const upstream of upstreamsOf(graph, v)) {
      if (component[upstream] !== component[v] || lastSeenBy[upstream] === v) continue;
      lastSeenBy[upstream] = v;
      list.push(intAt(compact, upstream));
    }
    start[index + 1] = list.length;
  }
  return buildDigraph(vertexOf.length, { start, list: list.toArray() });
}
