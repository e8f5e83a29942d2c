import type { PlanShape } from '../plan/index.ts';
import type { RunHeader } from '../state/index.ts';
import { UnknownTaskError } from './operation-errors.ts';

/**
 * A task by its key; by its number, which counts from 1; or, beyond the last number, by its wire id. O(tasks).
 *
 * @throws UnknownTaskError
 */
export function taskIndex(
  plan: PlanShape,
  { firstTaskId }: Pick<RunHeader, 'firstTaskId'>,
  given: string | number,
): number {
  const byKey = plan.tasks.findIndex((task) => task.key === given);
  if (byKey !== -1) return byKey;
  const number = Number(given);
  const index = number > plan.tasks.length ? number - firstTaskId : number - 1;
  if (!(index in plan.tasks)) throw new UnknownTaskError(given, plan);
  return index;
}
