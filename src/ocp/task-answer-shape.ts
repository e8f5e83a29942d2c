import { isText, type WireObject } from './wire-object.ts';

/** The documented shapes of a task, by what OCP calls them; `TaskInfo` is the oldest one, which has no name there. */
export type TaskAnswerShape =
  /** Children under `tasks`, the context as a text. */
  | 'TaskInfo'
  /** Children under `subtasks`, cluster and tenant by id alone, the creator as a text: what starts a task answers. */
  | 'TaskInstance'
  /** Children under `subtasks`, cluster, tenant and creator as objects, all times: the details of a task. */
  | 'WrappedTaskInstance'
  /** Children without edges: a task of a list. What comes before what is not known. */
  | 'BasicTaskInstance';

/** Which shape a task has that could be read. */
export function shapeOf(answer: WireObject, hasEdges: boolean): TaskAnswerShape {
  if (!hasEdges) return 'BasicTaskInstance';
  if (answer.has('tasks')) return 'TaskInfo';
  const isFlat = isText(answer.get('creator')) || answer.has('clusterId') || answer.has('tenantId');
  return isFlat ? 'TaskInstance' : 'WrappedTaskInstance';
}
