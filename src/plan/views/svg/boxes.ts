import { criticalPath, intAt, upstreamsOf, waves } from '../../../graph/index.ts';
import type { Drawable } from '../drawing.ts';
import { planRows, type PlanRow } from '../plan-rows.ts';
import { durationsOf } from '../../schedule-of-plan.ts';
import type { Undoable } from '../undo-kind.ts';

/** What can be made a picture of: a plan, or what is recorded of one. */
export interface Pictured extends Drawable {
  readonly tasks: readonly (Drawable['tasks'][number] & Undoable)[];
}

/** One box of a picture: a task, or all tasks of one step where there are many. */
export interface Box {
  /** Position in the picture's list, from 0. */
  readonly index: number;
  readonly name: string;
  readonly wave: number;
  /** Ascending, never empty. */
  readonly tasks: readonly number[];
  /** As in `PlanRow`. */
  readonly lanes: readonly string[];
  /** The longest of the tasks' estimates, in milliseconds. */
  readonly estimateMs: number;
  readonly isBarrier: boolean;
  readonly isIrreversible: boolean;
  /** It is the first box that cannot be undone. */
  readonly isPointOfNoReturn: boolean;
  readonly isCritical: boolean;
}

export interface BoxEdge {
  readonly from: number;
  readonly to: number;
  /** The critical path goes along it. */
  readonly isCritical: boolean;
}

/** What a picture shows, and how much it leaves out. */
export interface BoxGraph {
  /** By wave, then in declaration order. */
  readonly boxes: readonly Box[];
  /** By the box they lead to. */
  readonly edges: readonly BoxEdge[];
  readonly tasksOmitted: number;
  readonly edgesOmitted: number;
}

/** The tasks of one step are drawn apart up to this number. */
const lanesMax = 4;
/** More boxes than anybody looks at; a browser still scrolls them at once. */
const boxesMax = 600;
const edgesMax = 3_000;

/**
 * The boxes of a plan; at most 600 of them, those of the lowest waves. `durationsMs` is how long each task is taken to
 * last. O(tasks + edges), O(n log n) for n steps.
 */
export function boxesOf(plan: Pictured, durationsMs = durationsOf(plan)): BoxGraph {
  const { path, slack: slackMs } = criticalPath(plan.graph, plan.order, durationsMs);
  const rows = planRows(plan, {
    waves: waves(plan.graph, plan.order),
    criticalPath: path,
    durationsMs,
    slackMs,
  });
  const critical = new Set(path);
  const all = rows.flatMap((row) => {
    return row.tasks.length > lanesMax ? [row] : tasksOf(row, plan, { critical, durationsMs });
  });
  const drawn = all.slice(0, boxesMax);
  const pointOfNoReturn = drawn.findIndex(({ undo }) => undo === 'irreversible');
  const boxes = drawn.map((row, index): Box => ({
    ...{ index, name: row.name, wave: row.wave, tasks: row.tasks, lanes: row.lanes, estimateMs: row.durationMs },
    isBarrier: plan.tasks[row.tasks[0] ?? -1]?.kind === 'barrier',
    isIrreversible: row.undo === 'irreversible',
    isPointOfNoReturn: index === pointOfNoReturn,
    isCritical: row.isCritical,
  }));
  const edges = edgesOf(plan, boxes, path);
  return {
    boxes,
    edges: edges.slice(0, edgesMax),
    tasksOmitted: all.slice(boxesMax).reduce((sum, { tasks }) => sum + tasks.length, 0),
    edgesOmitted: Math.max(0, edges.length - edgesMax),
  };
}

interface Weights {
  readonly critical: ReadonlySet<number>;
  readonly durationsMs: Float64Array;
}

/** A step of few lanes: each task a box of its own. */
function tasksOf(row: PlanRow, { tasks }: Pictured, { critical, durationsMs }: Weights): readonly PlanRow[] {
  return row.tasks.map((task) => {
    const lane = tasks[task]?.lane;
    return {
      ...row,
      tasks: [task],
      lanes: lane ? [lane.key] : [],
      durationMs: durationsMs[task] ?? 0,
      isCritical: critical.has(task),
    };
  });
}

/** Edges between boxes, each once. */
function edgesOf({ graph }: Pictured, boxes: readonly Box[], path: readonly number[]): readonly BoxEdge[] {
  const boxOf = new Int32Array(graph.size).fill(-1);
  for (const { index, tasks } of boxes) for (const task of tasks) boxOf[task] = index;
  const pair = (from: number, to: number): number => from * boxes.length + to;
  const steps = new Set(path.map((task, at) => pair(intAt(boxOf, path[at - 1] ?? task), intAt(boxOf, task))));
  return boxes.flatMap(({ index: to, tasks }) => {
    const from = new Set<number>();
    for (const task of tasks) for (const upstream of upstreamsOf(graph, task)) from.add(intAt(boxOf, upstream));
    from.delete(-1);
    return Array.from(from, (upstream) => ({ from: upstream, to, isCritical: steps.has(pair(upstream, to)) }));
  });
}
