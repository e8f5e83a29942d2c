import type { JsonObject } from '../../json/index.ts';
import { planJson, type EstimateOptions } from '../../plan/index.ts';
import type { AnsweredPlan } from '../from-task.ts';

/** What no answer tells of a task. */
const ofWorkflows: ReadonlySet<string> = new Set(['limits', 'attemptsMax', 'undo', 'hasCheck', 'hasPreview']);

/** What nobody knows of a task that stands in no order. */
const unknownOrder = Object.freeze({
  upstreams: null,
  downstreams: null,
  wave: null,
  startMs: null,
  finishMs: null,
  slackMs: null,
  isCritical: null,
});

/**
 * A task of an answer as a plan for programs: as `planJson` has it, without what is known of workflows alone, with ids and
 * states. Numbers, edges and times are the plan's; `id` is the answer's. What follows from edges is null without them.
 */
export function answerJson(answered: AnsweredPlan, estimate: EstimateOptions): JsonObject {
  const { answer, plan, isOrdered } = answered;
  const { schema, totals, criticalPath, pointOfNoReturn, tasks } = planJson(plan, estimate);
  const { id, name, state, operation } = answer.snapshot;
  return {
    schema: schema ?? null,
    answer: { shape: answer.shape, path: answer.path, id, name, state, operation },
    isOrdered,
    tasksWithoutTimeLimit: plan.tasks.filter(({ hasOwnEstimate }) => !hasOwnEstimate).length,
    totals: isOrdered ? (totals ?? null) : { tasks: plan.tasks.length },
    criticalPath: isOrdered ? (criticalPath ?? null) : null,
    pointOfNoReturn: isOrdered ? (pointOfNoReturn ?? null) : null,
    // planJson lists objects.
    tasks: (tasks as readonly JsonObject[]).map((task, index) => taskJson(answered, task, index)),
  };
}

function taskJson({ tasks, isOrdered }: AnsweredPlan, task: JsonObject, index: number): JsonObject {
  const known = Object.fromEntries(Object.entries(task).filter(([name]) => !ofWorkflows.has(name)));
  const { id = null, state = null, operation = null, irreversible = null } = tasks[index] ?? {};
  return { id, ...known, ...(isOrdered ? {} : unknownOrder), irreversible, state, operation };
}
