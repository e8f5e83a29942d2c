import { topologicalOrder, upstreamsOf } from '../graph/index.ts';
import type { DeclaredTask, OutputSource } from '../workflow/index.ts';
import { indexByKey, type Plan } from './plan.ts';
import type { PlanShape } from './plan-shape.ts';

/** Either the plan, or why the recorded one cannot be run with the workflow as it is now. */
export type PlanOnShape =
  { readonly kind: 'plan'; readonly plan: Plan } | { readonly kind: 'problems'; readonly problems: readonly string[] };

/**
 * The tasks and edges as they were recorded, with what tasks of the same keys do now: what was shown is what runs, though
 * its workflow has changed. New tasks are not added. O(tasks + edges).
 *
 * @param isDone whether a recorded task is over, so that nothing of it is needed any more
 */
export function planOnShape(shape: PlanShape, now: Plan, isDone: (task: number) => boolean): PlanOnShape {
  const order = topologicalOrder(shape.graph) ?? new Int32Array(0);
  const known = indexByKey(now);
  const recorded = indexByKey(shape);
  const problems: string[] = [];
  const tasks = shape.tasks.map((task, index): DeclaredTask => {
    const declared = now.tasks[known.get(task.key) ?? -1];
    if (!declared && !isDone(index)) problems.push(`task "${task.key}" is gone, and is still to be done`);
    if (!declared) return overTask(task);
    const upstreams = new Set(upstreamsOf(shape.graph, index));
    const renumbered = (source: OutputSource): OutputSource => {
      const indices = ('task' in source ? [source.task] : source.tasks).map((at) => {
        const key = now.tasks[at]?.key ?? '';
        const upstream = recorded.get(key) ?? -1;
        if (!upstreams.has(upstream) && !isDone(index)) problems.push(`task "${task.key}" now reads "${key}"`);
        return upstream;
      });
      return 'task' in source ? { task: indices[0] ?? -1 } : { tasks: indices };
    };
    const { sources } = declared;
    const list = isList(sources);
    return {
      ...{ ...declared, lane: task.lane, description: task.description },
      sources: list
        ? sources.map(renumbered)
        : Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, renumbered(source)])),
    };
  });
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'plan', plan: Object.freeze({ ...now, tasks: Object.freeze(tasks), graph: shape.graph, order }) };
}

const never = Object.freeze({ attemptsMax: 1, backoffMs: 0, backoffFactor: 1, backoffMaxMs: 0, jitter: 0 });

/** A task that is over and that nobody knows any more. */
function overTask(task: PlanShape['tasks'][number]): DeclaredTask {
  return {
    ...task,
    body: { run: () => undefined },
    // Nobody knows how to undo it any more.
    irreversible: true,
    sources: [],
    repeatable: false,
    retry: never,
    undoRetry: never,
    undoTimeoutMs: undefined,
    hasOwnEstimate: false,
    priority: undefined,
    skippedOutput: undefined,
    limits: [],
  };
}

function isList(sources: DeclaredTask['sources']): sources is readonly OutputSource[] {
  return Array.isArray(sources);
}
