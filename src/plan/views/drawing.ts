import { criticalPath, displayName, upstreamsOf } from '../../graph/index.ts';
import { createScrubber } from '../../secrets/index.ts';
import type { Workflow } from '../../workflow/index.ts';
import type { Plan } from '../plan.ts';
import type { TaskShape } from '../plan-shape.ts';
import { durationsOf, type TaskDurations } from '../schedule-of-plan.ts';

/** How a plan is drawn. */
export interface DrawingOptions {
  /** State of each task by index, to colour it: `precede graph` of a run. States it does not know stay plain. */
  readonly states?: ((task: number) => string) | undefined;
  /** How long tasks took in earlier runs: what the critical path goes by. @default as declared */
  readonly durations?: TaskDurations | undefined;
}

/** What can be drawn: a plan, or what is recorded of one. */
export interface Drawable extends Pick<Plan, 'graph' | 'order' | 'secrets'> {
  readonly workflow: Pick<Workflow, 'name'>;
  readonly tasks: readonly TaskShape[];
}

/** One task as a drawing shows it. */
export interface DrawnTask {
  readonly task: TaskShape;
  readonly number: number;
  /** Number, name and lane; no control characters, no secrets. */
  readonly label: string;
}

/** One edge of a drawing, by task numbers. */
export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  /** Both ends follow each other on the critical path. */
  readonly isCritical: boolean;
}

/** What there is to draw of a plan. */
export interface Drawing {
  /** The workflow's name; no control characters, no secrets. */
  readonly title: string;
  readonly tasks: readonly DrawnTask[];
  /** By the task they lead to, then by the one they come from. */
  readonly edges: readonly DrawnEdge[];
}

/** O(tasks + edges). */
export function drawingOf(plan: Drawable, durations?: TaskDurations): Drawing {
  const scrubber = createScrubber(plan.secrets);
  const { path } = criticalPath(plan.graph, plan.order, durationsOf(plan, durations));
  const nextOnPath = new Map(path.map((task, at) => [task, path[at + 1]]));
  const shown = (text: string): string => displayName(scrubber.text(text));
  const tasks = plan.tasks.map((task, index) => {
    const lane = task.lane ? ` (${shown(task.lane.key)})` : '';
    return { task, number: index + 1, label: `${index + 1} ${shown(task.name)}${lane}` };
  });
  const edges = plan.tasks.flatMap((_, to) =>
    Array.from(upstreamsOf(plan.graph, to).toSorted(), (from) => ({
      from: from + 1,
      to: to + 1,
      isCritical: nextOnPath.get(from) === to,
    })),
  );
  return { title: shown(plan.workflow.name), tasks, edges };
}
