import { upstreamsOf } from '../graph/index.ts';
import type { Plan } from './plan.ts';
import type { PlanShape } from './plan-shape.ts';

/** A plan as it was recorded. */
export interface RecordedPlan extends PlanShape {
  readonly workflowVersion: string;
}

/**
 * What is different about a workflow since a run was planned from it, in words: tasks that are gone or new, that wait for
 * others than before, the version. When nothing of that is, it is the input schema. O(tasks + edges).
 */
export function planChanges(before: RecordedPlan, now: Plan): readonly string[] {
  const keysNow = new Map(now.tasks.map((task, index) => [task.key, index]));
  const keysBefore = new Set(before.tasks.map(({ key }) => key));
  const gone = before.tasks.filter(({ key }) => !keysNow.has(key)).map(({ key }) => `task "${key}" is gone`);
  const added = now.tasks.filter(({ key }) => !keysBefore.has(key)).map(({ key }) => `task "${key}" is new`);
  const moved = before.tasks.flatMap(({ key, kind }, index) => {
    const at = keysNow.get(key);
    if (at === undefined) return [];
    const [was, is] = [upstreamKeys(before, index), upstreamKeys(now, at)];
    const isOther = now.tasks[at]?.kind !== kind ? [`task "${key}" is of another kind`] : [];
    return was === is ? isOther : [...isOther, `task "${key}" waits for ${is}, not for ${was}`];
  });
  const { version } = now.workflow;
  const renamed =
    version === before.workflowVersion ? [] : [`its version is ${version}, not ${before.workflowVersion}`];
  const changes = [...renamed, ...gone, ...added, ...moved];
  if (changes.length > 0) return changes;
  const isReordered = before.tasks.some(({ key }, index) => now.tasks[index]?.key !== key);
  return [isReordered ? 'its tasks are in another order' : 'its input schema is another'];
}

function upstreamKeys({ tasks, graph }: PlanShape, task: number): string {
  const keys = Array.from(upstreamsOf(graph, task), (upstream) => `"${tasks[upstream]?.key ?? ''}"`);
  return keys.length === 0 ? 'nothing' : keys.toSorted().join(', ');
}
