import type { Problem } from '../errors/index.ts';
import { cycleProblem } from './cycle-problem.ts';
import { buildDigraph } from './digraph.ts';
import type { Digraph } from './digraph.ts';
import { displayName } from './display-name.ts';
import { IntList } from './ints.ts';
import { NameHints } from './name-hints.ts';
import { topologicalOrder } from './order.ts';

/** A task as graph data names it: its key, and the keys of its direct predecessors. */
export interface NamedVertex {
  readonly key: string;
  readonly upstreams: readonly string[];
}

/** Either a graph without cycles, vertex `i` being the `i`-th named one, or everything that is wrong. */
export type ResolvedNames =
  | { readonly kind: 'graph'; readonly graph: Digraph; readonly indexOf: ReadonlyMap<string, number> }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const problemsMax = 1_000;

/**
 * Turns keys into indices and checks the graph, finding all problems at once: `EMPTY_KEY`, `DUPLICATE_KEY`,
 * `UNKNOWN_UPSTREAM`, `SELF_UPSTREAM`, `DUPLICATE_UPSTREAM` and, among the edges that are sound, `CYCLE`. Any string
 * but the empty one is a key, and is compared exactly. After 1,000 problems the rest is only counted, in a last one
 * with the code `MORE_PROBLEMS`. O(V + E).
 */
export function resolveNames(vertices: readonly NamedVertex[]): ResolvedNames {
  const resolver = new Resolver(vertices);
  const graph = resolver.graph();
  resolver.reportCycle(graph);
  const problems = resolver.problems();
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'graph', graph, indexOf: resolver.indexOf };
}

class Resolver {
  readonly indexOf = new Map<string, number>();
  readonly #vertices: readonly NamedVertex[];
  readonly #problems: Problem[] = [];
  readonly #hints: NameHints;
  #problemsLeftOut = 0;

  constructor(vertices: readonly NamedVertex[]) {
    this.#vertices = vertices;
    this.#indexKeys();
    this.#hints = new NameHints([...this.indexOf.keys()]);
  }

  /** The graph of the sound edges; reports the others. */
  graph(): Digraph {
    const start = new Int32Array(this.#vertices.length + 1);
    const list = new IntList(this.#vertices.length);
    const lastNamedBy = new Int32Array(this.#vertices.length).fill(-1);
    for (const [index, { upstreams }] of this.#vertices.entries()) {
      for (const upstream of upstreams) {
        const from = this.indexOf.get(upstream) ?? -1;
        const problem = this.#edgeProblem({ index, upstream, isRepeated: lastNamedBy[from] === index });
        if (problem) this.#report(problem);
        else list.push(from);
        if (from !== -1) lastNamedBy[from] = index;
      }
      start[index + 1] = list.length;
    }
    return buildDigraph(this.#vertices.length, { start, list: list.toArray() });
  }

  reportCycle(graph: Digraph): void {
    if (topologicalOrder(graph)) return;
    const problem = cycleProblem(graph, (v) => this.#keyOf(v));
    if (problem) this.#problems.push(problem);
  }

  problems(): readonly Problem[] {
    if (this.#problemsLeftOut === 0) return this.#problems;
    const message = `${this.#problemsLeftOut} more problems were found.`;
    return [...this.#problems, { code: 'MORE_PROBLEMS', message, details: { count: this.#problemsLeftOut } }];
  }

  #keyOf(index: number): string {
    return this.#vertices[index]?.key ?? '';
  }

  #indexKeys(): void {
    const repeats = new Map<string, number>();
    for (const [index, { key }] of this.#vertices.entries()) {
      if (key === '') this.#report(emptyKey(index + 1));
      if (!this.indexOf.has(key)) this.indexOf.set(key, index);
      else if (key !== '') repeats.set(key, (repeats.get(key) ?? 1) + 1);
    }
    for (const [key, count] of repeats) this.#report(duplicateKey(key, count));
  }

  #edgeProblem(edge: { index: number; upstream: string; isRepeated: boolean }): Problem | undefined {
    const { upstream } = edge;
    const key = this.#keyOf(edge.index);
    if (!this.indexOf.has(upstream)) return unknownUpstream(key, upstream, this.#hints);
    if (edge.isRepeated) return duplicateUpstream(key, upstream);
    return upstream === key ? selfUpstream(key) : undefined;
  }

  #report(problem: Problem): void {
    if (this.#problems.length < problemsMax) this.#problems.push(problem);
    else this.#problemsLeftOut += 1;
  }
}

function emptyKey(number: number): Problem {
  return {
    code: 'EMPTY_KEY',
    message: `Task number ${number} has an empty key.`,
    next: 'Give every task a key of at least one character.',
    details: { number },
  };
}

function duplicateKey(key: string, count: number): Problem {
  return {
    code: 'DUPLICATE_KEY',
    message: `The key "${displayName(key)}" is given to ${count} tasks.`,
    next: 'Give every task a key of its own.',
    details: { key, count },
  };
}

function unknownUpstream(key: string, upstream: string, hints: NameHints): Problem {
  const named = `Task "${displayName(key)}" names upstream "${displayName(upstream)}"`;
  return {
    code: 'UNKNOWN_UPSTREAM',
    message: `${named}, which the workflow does not contain. ${hints.sentence(upstream, key)}`,
    details: { key, upstream },
  };
}

function selfUpstream(key: string): Problem {
  return {
    code: 'SELF_UPSTREAM',
    message: `Task "${displayName(key)}" names itself as an upstream.`,
    details: { key },
  };
}

function duplicateUpstream(key: string, upstream: string): Problem {
  return {
    code: 'DUPLICATE_UPSTREAM',
    message: `Task "${displayName(key)}" names upstream "${displayName(upstream)}" more than once.`,
    details: { key, upstream },
  };
}
