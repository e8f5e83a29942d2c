import { intAt, numberAt, upstreamsOf } from '../../graph/index.ts';
import type { PlanEstimate } from '../estimate.ts';
import type { Plan } from '../plan.ts';
import type { TaskShape } from '../plan-shape.ts';
import { undoOf, type Undoable, type UndoKind } from './undo-kind.ts';

/** What is folded into lines: a plan, or what is recorded of one. */
export interface Foldable extends Pick<Plan, 'graph'> {
  readonly tasks: readonly (TaskShape & Undoable)[];
}

/** Tasks of one name and wave that are shown in one line: a step over many lanes, or a single task. */
export interface PlanRow {
  readonly name: string;
  /** From 0. */
  readonly wave: number;
  /** Ascending, never empty. */
  readonly tasks: readonly number[];
  /** What tells the tasks apart: lane keys, or whole keys outside fan-outs; empty for a single task outside of them. */
  readonly lanes: readonly string[];
  /** The longest that one of the tasks is taken to last, in milliseconds. */
  readonly durationMs: number;
  /** The least that one of the tasks can lose without making the critical path longer, in milliseconds. */
  readonly slackMs: number;
  readonly undo: UndoKind;
  readonly isCritical: boolean;
  readonly waitsFor: readonly RowUpstream[];
}

/** One line that another one waits for. */
export interface RowUpstream {
  /** Index of the first task of the line. */
  readonly firstTask: number;
  readonly isFolded: boolean;
  /** Each task waits for the one of its own lane only. */
  readonly isOwnLane: boolean;
}

interface Group {
  readonly tasks: number[];
  readonly first: Foldable['tasks'][number];
}

/** The plan's lines, by wave and then in declaration order. O(tasks + edges), O(n log n) for n lines. */
export function planRows(
  plan: Foldable,
  estimate: Pick<PlanEstimate, 'waves' | 'criticalPath' | 'durationsMs' | 'slackMs'>,
): readonly PlanRow[] {
  const groupOf = new Map<string, Group>();
  const groupOfTask = plan.tasks.map((task, index) => {
    // The name comes last, since it may be any text.
    const id = `${intAt(estimate.waves, index)} ${task.kind} ${undoOf(task)} ${task.lane !== undefined} ${task.name}`;
    const group = groupOf.get(id) ?? { tasks: [], first: task };
    groupOf.set(id, group);
    group.tasks.push(index);
    return group;
  });
  const critical = new Set(estimate.criticalPath);
  const rows = Array.from(groupOf.values(), (group): PlanRow => {
    const { tasks, first } = group;
    return {
      name: first.name,
      wave: intAt(estimate.waves, tasks[0] ?? -1),
      tasks,
      lanes: lanesOf(plan, tasks),
      durationMs: tasks.reduce((longest, task) => Math.max(longest, numberAt(estimate.durationsMs, task)), 0),
      slackMs: tasks.reduce((least, task) => Math.min(least, numberAt(estimate.slackMs, task)), Infinity),
      undo: undoOf(first),
      isCritical: tasks.some((task) => critical.has(task)),
      waitsFor: waitsFor(plan, tasks, groupOfTask),
    };
  });
  return rows.toSorted((a, b) => a.wave - b.wave || (a.tasks[0] ?? 0) - (b.tasks[0] ?? 0));
}

function lanesOf(plan: Foldable, tasks: readonly number[]): readonly string[] {
  const isAlone = tasks.length === 1;
  return tasks.flatMap((index) => {
    const task = plan.tasks[index];
    const outside = isAlone ? [] : [task?.key ?? ''];
    return task?.lane ? [task.lane.key] : outside;
  });
}

function waitsFor(plan: Foldable, tasks: readonly number[], groupOfTask: readonly Group[]): readonly RowUpstream[] {
  const isOwnLaneOf = new Map<Group, boolean>();
  for (const task of tasks) {
    const lane = plan.tasks[task]?.lane;
    for (const upstream of upstreamsOf(plan.graph, task)) {
      const group = groupOfTask[upstream];
      if (!group) continue;
      const isOwnLane = lane !== undefined && plan.tasks[upstream]?.lane?.key === lane.key;
      isOwnLaneOf.set(group, isOwnLane && (isOwnLaneOf.get(group) ?? true));
    }
  }
  return Array.from(isOwnLaneOf, ([group, isOwnLane]) => ({
    firstTask: group.tasks[0] ?? -1,
    isFolded: group.tasks.length > 1,
    isOwnLane: isOwnLane && group.tasks.length > 1,
  })).toSorted((a, b) => a.firstTask - b.firstTask);
}
