import type { Problem } from '../errors/index.ts';
import type { Task, TaskGroup } from './upstream.ts';

/** Names that tell a group from a record of groups, so no lane can hand out a task under them. */
const reservedNames = ['kind', 'tasks'];

/**
 * Turns what the lanes handed out into groups in item order: one group, or one for every name that any lane used.
 * O(tasks handed out).
 */
export function groupsOf(results: readonly unknown[]): TaskGroup | Record<string, TaskGroup> {
  if (results.length === 0) return noLanes();
  if (results.some(isTask)) return { kind: 'group', tasks: results.filter(isTask) };
  const tasksByName = new Map<string, Task[]>();
  for (const [name, task] of results.filter(isRecord).flatMap((lane) => Object.entries(lane))) {
    const tasks = tasksByName.get(name) ?? [];
    tasksByName.set(name, tasks);
    if (isTask(task)) tasks.push(task);
  }
  return Object.fromEntries(Array.from(tasksByName, ([name, tasks]) => [name, { kind: 'group' as const, tasks }]));
}

/**
 * With no items nobody knows which names the lanes would have handed out: every name is a group without tasks, and so is
 * the whole. Listing its names gives none.
 */
export function noLanes(): TaskGroup {
  const fields = new Map<string, unknown>([
    ['kind', 'group'],
    ['tasks', Object.freeze([])],
  ]);
  const group: TaskGroup = new Proxy<TaskGroup>(
    { kind: 'group', tasks: [] },
    {
      get: (_, name) => (typeof name === 'symbol' ? undefined : (fields.get(name) ?? group)),
      ownKeys: () => [],
    },
  );
  return group;
}

/** What is wrong with what the lanes handed out: each hands out one task, or each a record of tasks. */
export function laneResultProblems(results: readonly unknown[]): readonly Problem[] {
  const wrong = results.filter((result) => !isTask(result) && !isRecordOfTasks(result));
  if (wrong.length > 0) return [invalidResult(`${wrong.length} of ${results.length} lanes hand out neither.`)];
  const singles = results.filter(isTask).length;
  if (singles > 0 && singles < results.length) return [invalidResult('some lanes hand out the one, some the other.')];
  const names = new Set(singles > 0 ? [] : results.flatMap((result) => Object.keys(result as object)));
  return reservedNames
    .filter((name) => names.has(name))
    .map((name) => invalidResult(`the name "${name}" is reserved; use another.`));
}

function isRecordOfTasks(result: unknown): boolean {
  return isRecord(result) && Object.values(result).every(isTask);
}

function isRecord(result: unknown): result is Readonly<Record<string, unknown>> {
  return typeof result === 'object' && result !== null && !Array.isArray(result) && !(result instanceof Promise);
}

function isTask(result: unknown): result is Task {
  return typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'task';
}

function invalidResult(what: string): Problem {
  return {
    code: 'INVALID_LANE_RESULT',
    message: `A lane hands out one task, or a record of tasks by name: ${what}`,
    next: 'Return the tasks that others are to wait for from the function given to forEach, without waiting for anything.',
  };
}
