import { countCycles } from './cycle-count.ts';
import { cyclicCore } from './cyclic-core.ts';
import type { Digraph } from './digraph.ts';
import { intAt } from './ints.ts';
import { shortestCycle } from './shortest-cycle.ts';

/** What is known about the cycles of a graph. */
export interface CycleFinding {
  /** One shortest cycle in dependency order, each vertex once: every vertex is an upstream of the next, the last of the first. Starts at its smallest vertex. */
  readonly shortest: readonly number[];
  /** False only when the search for a shorter one ran out of its budget, on large graphs without short cycles. */
  readonly isShortestCertain: boolean;
  /** How many further elementary cycles there are. */
  readonly others: number;
  /** True when `others` is where counting stopped: there are that many or more. */
  readonly othersIsLowerBound: boolean;
}

/** Other cycles are counted up to here. */
const otherCyclesMax = 1_000;

/**
 * Names one shortest cycle and counts the others, up to 1,000; `undefined` when the graph has none. Edges given twice
 * count once. Bounded in time and in stack for every graph, and deterministic.
 */
export function findCycle(graph: Digraph): CycleFinding | undefined {
  const core = cyclicCore(graph);
  if (core.graph.size === 0) return undefined;
  const { vertices, isCertain } = shortestCycle(core);
  const others = countCycles(core, otherCyclesMax + 2) - 1;
  return {
    shortest: smallestFirst(vertices.map((index) => intAt(core.vertexOf, index))),
    isShortestCertain: isCertain,
    others: Math.min(others, otherCyclesMax),
    othersIsLowerBound: others > otherCyclesMax,
  };
}

function smallestFirst(cycle: readonly number[]): number[] {
  const smallest = cycle.reduce((least, v) => Math.min(least, v));
  const at = cycle.indexOf(smallest);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}
