import { resolveNames } from '../graph/index.ts';
import type { ReadChild } from './read-children.ts';
import type { AnswerProblems } from './wire-object.ts';

const mirrorOf = { upstreams: 'downstreams', downstreams: 'upstreams' } as const;
type Side = keyof typeof mirrorOf;

/** The lists of a child, as sets. */
interface Edges {
  readonly upstreams: Set<number>;
  readonly downstreams: Set<number>;
}

/**
 * Reports ids given twice, edges to tasks that are not there, to the task itself, told twice or by one end alone, and a
 * shortest cycle among the other edges, at the path of the task that they are the children of. O(children + edges).
 */
export function checkEdges(children: readonly ReadChild[], path: string, problems: AnswerProblems): void {
  const edgesOf = new Map<number, Edges>();
  for (const { task, path: at } of children) {
    const known = edgesOf.get(task.id);
    if (known) problems.report('DUPLICATE_ID', `${at}.id`, `is ${task.id}, which another task has too`);
    const { upstreams, downstreams } = known ?? { upstreams: [], downstreams: [] };
    edgesOf.set(task.id, {
      upstreams: new Set([...upstreams, ...task.upstreams]),
      downstreams: new Set([...downstreams, ...task.downstreams]),
    });
  }
  for (const child of children) {
    checkSide({ child, side: 'upstreams', edgesOf, problems });
    checkSide({ child, side: 'downstreams', edgesOf, problems });
  }
  checkCycles(edgesOf, path, problems);
}

interface SideCheck {
  readonly child: ReadChild;
  readonly side: Side;
  readonly edgesOf: ReadonlyMap<number, Edges>;
  readonly problems: AnswerProblems;
}

function checkSide({ child: { task, path }, side, edgesOf, problems }: SideCheck): void {
  const seen = new Set<number>();
  for (const [index, other] of task[side].entries()) {
    const fault = seen.has(other) ? repeated(other) : faultOf({ id: task.id, other, side, edgesOf });
    if (fault) problems.report(fault.code, `${path}.${side}[${index}]`, fault.what);
    seen.add(other);
  }
}

interface Fault {
  readonly code: string;
  readonly what: string;
}

interface Edge {
  readonly id: number;
  readonly other: number;
  readonly side: Side;
  readonly edgesOf: ReadonlyMap<number, Edges>;
}

function faultOf({ id, other, side, edgesOf }: Edge): Fault | undefined {
  const mirror = edgesOf.get(other)?.[mirrorOf[side]];
  if (!mirror) return { code: 'UNKNOWN_ID', what: `is ${other}, which no task has as its id` };
  if (other === id) return { code: 'SELF_EDGE', what: `is ${other}, the task itself` };
  if (mirror.has(id)) return undefined;
  return {
    code: 'ONE_SIDED_EDGE',
    what: `is ${other}, but task ${other} does not have ${id} among its ${mirrorOf[side]}`,
  };
}

function repeated(other: number): Fault {
  return { code: 'DUPLICATE_EDGE', what: `is ${other} once more` };
}

function checkCycles(edgesOf: ReadonlyMap<number, Edges>, path: string, problems: AnswerProblems): void {
  const vertices = [...edgesOf].map(([id, { upstreams }]) => ({
    key: String(id),
    upstreams: [...upstreams].filter((upstream) => upstream !== id && edgesOf.has(upstream)).map(String),
  }));
  const resolved = resolveNames(vertices);
  if (resolved.kind === 'graph') return;
  for (const { code, message } of resolved.problems)
    problems.report(code, path, `has a cycle. ${message.replace(/\.$/, '')}`);
}
