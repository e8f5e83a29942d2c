import type { PlanShape } from '../../plan/index.ts';
import { cleanLine } from '../../text/index.ts';

/** A task of a fan-out is shown beside its fellows; this is one line's worth of tasks. */
export interface Step {
  readonly title: string;
  /** Indices in the plan, in item order. */
  readonly tasks: readonly number[];
  /** Names of the lanes, one a task; empty outside fan-outs. */
  readonly lanes: readonly string[];
}

/** How the tasks of a plan are told apart in a view. Everything in it is clean text. */
export interface StepTable {
  readonly steps: readonly Step[];
  /** The position in `steps` of each task. */
  readonly stepOf: readonly number[];
  /** The lane of each task; empty outside fan-outs. */
  readonly laneOf: readonly string[];
}

/**
 * Groups a plan's tasks by step: tasks of one fan-out with the same place in their lanes stand together, every other
 * task alone, in declaration order. O(tasks).
 */
export function stepTable({ tasks }: PlanShape): StepTable {
  const steps: { title: string; tasks: number[]; lanes: string[] }[] = [];
  const stepByKey = new Map<string, number>();
  const stepOf: number[] = [];
  const laneOf: string[] = [];
  for (const [index, task] of tasks.entries()) {
    const lane = task.lane?.key;
    const key = lane === undefined ? `${index}` : `in lanes: ${withoutLane(task.key, lane)}`;
    const known = stepByKey.get(key);
    const at = known ?? steps.push({ title: cleanLine(task.name), tasks: [], lanes: [] }) - 1;
    stepByKey.set(key, at);
    steps[at]?.tasks.push(index);
    stepOf.push(at);
    laneOf.push(lane === undefined ? '' : cleanLine(lane));
    if (lane !== undefined) steps[at]?.lanes.push(cleanLine(lane));
  }
  return { steps, stepOf, laneOf };
}

/** The name of a task as a line shows it: its step's, and its lane's when it has one. */
export function taskTitle({ steps, stepOf, laneOf }: StepTable, task: number): string {
  const title = steps[stepOf[task] ?? -1]?.title ?? '';
  const lane = laneOf[task] ?? '';
  return lane === '' ? title : `${title} (${lane})`;
}

/** Default keys are `<lane>/<name>`; a task that was given its own key has no fellows. */
function withoutLane(key: string, lane: string): string {
  return key.startsWith(`${lane}/`) ? key.slice(lane.length + 1) : key;
}
