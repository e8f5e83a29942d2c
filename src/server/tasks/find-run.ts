import { taskStatusOfRun, type OcpTaskStatus } from '../../ocp/index.ts';
import type { Engine, Run } from '../../run/index.ts';
import { ApiError } from '../api-error.ts';

/** A run by its number. @throws ApiError TSK10001 */
export async function findRun(engine: Engine, runId: number): Promise<Run> {
  const run = await engine.run(runId);
  if (run) return run;
  throw new ApiError({
    ocpCode: 'TSK10001',
    message: `There is no task ${runId}.`,
    next: 'List the tasks to see their ids.',
  });
}

/** A task of a run by its wire id, as its index; one of another run is not found. @throws ApiError TSK10001 */
export function subtaskIndex(run: Run, subtaskId: number): number {
  const index = subtaskId - run.header.firstTaskId;
  if (index in run.plan.tasks) return index;
  const message = `Task ${run.id} has no subtask ${subtaskId}.`;
  throw new ApiError({ ocpCode: 'TSK10001', message, next: 'Read the task to see the ids of its subtasks.' });
}

/** @throws ApiError TSK10007 when a run's status on the wire is another one */
export function requireStatus(run: Run, wanted: OcpTaskStatus, action: string): void {
  const status = taskStatusOfRun(run);
  if (status === wanted) return;
  const message = `Task ${run.id} is ${status}; only a task that is ${wanted} can be ${action}.`;
  throw new ApiError({ ocpCode: 'TSK10007', message });
}
