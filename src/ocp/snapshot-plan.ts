import { intAt, resolveNames, topologicalOrder, waves } from '../graph/index.ts';
import { planWorkflow, type Plan } from '../plan/index.ts';
import type { RunSnapshot, TaskSnapshot } from '../state/index.ts';
import { workflowFromGraph, type DeclaredTask, type Workflow } from '../workflow/index.ts';

/** A plan with what is known of a run of it. */
export interface SnapshotPlan {
  /** Tasks by wave, then by item and id. Nothing is behind them: a run of the plan would only walk it. */
  readonly plan: Plan;
  /** What is known of each task, by its index in the plan. */
  readonly tasks: readonly TaskSnapshot[];
}

/**
 * Makes a plan of a run that was read from an answer, to be looked at: names, edges, items, barriers, points of no return.
 * A task's estimate is its time limit, so that all times are upper bounds; without a limit it is the default of 1 s.
 * O(tasks log tasks + edges).
 *
 * @throws InvalidPlanError for a snapshot whose edges make no sense; `fromTaskAnswer` refuses those
 */
export function planOfSnapshot(snapshot: RunSnapshot): SnapshotPlan {
  const tasks = inWaves(snapshot.tasks);
  return { plan: planWorkflow(workflowOf(snapshot.name, tasks), {}), tasks };
}

function inWaves(tasks: readonly TaskSnapshot[]): readonly TaskSnapshot[] {
  const resolved = resolveNames(
    tasks.map(({ id, upstreams }) => ({ key: String(id), upstreams: upstreams.map(String) })),
  );
  const order = resolved.kind === 'graph' ? topologicalOrder(resolved.graph) : undefined;
  if (resolved.kind !== 'graph' || !order) return tasks;
  const waveOf = waves(resolved.graph, order);
  const placed = tasks.map((task, index) => ({ task, wave: intAt(waveOf, index) }));
  placed.sort((a, b) => a.wave - b.wave || a.task.parallelIdx - b.task.parallelIdx || a.task.id - b.task.id);
  return placed.map(({ task }) => task);
}

/** A graph of the tasks, with what graphs as data have no field for. */
function workflowOf(name: string, tasks: readonly TaskSnapshot[]): Workflow {
  const keyOf = new Map(tasks.map(({ id, key }) => [id, key]));
  const graph = workflowFromGraph({
    name,
    tasks: tasks.map((task) => ({
      key: task.key,
      name: task.name,
      description: task.description,
      upstream: task.upstreams.map((id) => keyOf.get(id) ?? String(id)),
      ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs, estimateMs: task.timeoutMs }),
    })),
  });
  const expand = (input: unknown) => {
    const declaration = graph.expand(input);
    return { ...declaration, tasks: declaration.tasks.map((declared, index) => asKnown(declared, tasks[index])) };
  };
  return Object.freeze({ ...graph, expand });
}

function asKnown(declared: DeclaredTask, task: TaskSnapshot | undefined): DeclaredTask {
  if (!task) return declared;
  const { parallelIdx, isBarrier, irreversible, skippable } = task;
  return {
    ...declared,
    kind: isBarrier ? 'barrier' : 'task',
    lane: parallelIdx < 0 ? undefined : { key: String(parallelIdx), index: parallelIdx },
    irreversible,
    skippable,
  };
}
