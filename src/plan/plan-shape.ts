import { buildDigraph, upstreamsOf, type Digraph } from '../graph/index.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import type { DeclaredTask } from '../workflow/index.ts';

/** What a plan's task is, without what it does. */
export type TaskShape = Pick<
  DeclaredTask,
  | 'key'
  | 'name'
  | 'description'
  | 'kind'
  | 'lane'
  | 'irreversible'
  | 'skippable'
  | 'timeoutMs'
  | 'estimateMs'
  | 'limits'
>;

/** What a plan looks like, without what it does: enough to show a run in a process that does not have its workflow. */
export interface PlanShape {
  readonly tasks: readonly TaskShape[];
  readonly graph: Digraph;
}

/** The shape as JSON, for a store. O(tasks + edges). */
export function shapeToJson({ tasks, graph }: PlanShape): JsonValue {
  return tasks.map((task, index): JsonObject => ({
    key: task.key,
    name: task.name,
    estimateMs: task.estimateMs,
    ...(task.description === task.name ? {} : { description: task.description }),
    ...(task.kind === 'task' ? {} : { kind: task.kind }),
    ...(task.lane ? { lane: { key: task.lane.key, index: task.lane.index } } : {}),
    ...(task.irreversible ? { irreversible: true } : {}),
    ...(task.skippable ? {} : { skippable: false }),
    ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
    ...(task.limits.length === 0 ? {} : { limits: [...task.limits] }),
    upstream: [...upstreamsOf(graph, index)],
  }));
}

/** Reads back what `shapeToJson` wrote. */
export function shapeFromJson(json: JsonValue): PlanShape {
  // Written by shapeToJson and by nothing else.
  const stored = json as unknown as readonly StoredTask[];
  const start = new Int32Array(stored.length + 1);
  for (const [index, { upstream }] of stored.entries()) start[index + 1] = (start[index] ?? 0) + upstream.length;
  const list = Int32Array.from(stored.flatMap(({ upstream }) => upstream));
  return { tasks: stored.map(taskFromStored), graph: buildDigraph(stored.length, { start, list }) };
}

type StoredTask = Partial<TaskShape> &
  Pick<TaskShape, 'key' | 'name' | 'estimateMs'> & { readonly upstream: readonly number[] };

function taskFromStored(stored: StoredTask): TaskShape {
  const { key, name, estimateMs, description = name, kind = 'task', irreversible = false, skippable = true } = stored;
  return {
    key,
    name,
    description,
    kind,
    lane: stored.lane,
    irreversible,
    skippable,
    timeoutMs: stored.timeoutMs,
    estimateMs,
    limits: stored.limits ?? [],
  };
}
