import type { RunSnapshot } from '../state/index.ts';
import { withoutEnvelope } from './read-envelope.ts';
import { readTask } from './read-task.ts';
import { AnswerProblems } from './wire-object.ts';

/**
 * Reads any documented answer, parsed from JSON, with or without its envelope: children under `tasks` or `subtasks`,
 * statuses in either spelling, the context as a text (kept as it is, never parsed) or as an object, with or without edges.
 * Tasks come by id, ascending. What no snapshot has a place for (`className`, `executor`, `type`) is dropped.
 * O(tasks log tasks + edges).
 *
 * @throws RefusedError `INVALID_TASK_INFO` with every problem and the path at which it stands
 */
export function fromTaskInfo(json: unknown): RunSnapshot {
  const problems = new AnswerProblems();
  const answer = withoutEnvelope(json, problems);
  if (answer.has('contents')) answer.report('LIST_ANSWER', 'contents', 'is a list of tasks; give one of them');
  const { snapshot } = readTask(answer, problems);
  problems.refuseAny();
  return snapshot;
}
