import type { RunSnapshot } from '../state/index.ts';
import { withoutEnvelope } from './read-envelope.ts';
import { readTask } from './read-task.ts';
import { shapeOf, type TaskAnswerShape } from './task-answer-shape.ts';
import { AnswerProblems, WireObject } from './wire-object.ts';

/** One task of an answer. */
export interface TaskAnswer {
  readonly snapshot: RunSnapshot;
  /** In which of the documented shapes it came. */
  readonly shape: TaskAnswerShape;
  /** Where it stands in the answer, such as `data.contents[1]`; empty for an answer that is the task itself. */
  readonly path: string;
}

/**
 * Reads every task of a documented answer, parsed from JSON: one, or a list of them under `contents`, with or without the
 * envelope, each as `fromTaskInfo` reads it. Never empty. O(tasks log tasks + edges).
 *
 * @throws RefusedError `INVALID_TASK_INFO` with every problem and the path at which it stands
 */
export function fromTaskAnswer(json: unknown): readonly TaskAnswer[] {
  const problems = new AnswerProblems();
  const answer = withoutEnvelope(json, problems);
  // An answer that tells an error has nothing else to say.
  problems.refuseAny();
  const tasks = candidates(answer, problems).flatMap((candidate) => taskIn(candidate, problems));
  problems.refuseAny();
  return tasks;
}

function candidates(answer: WireObject, problems: AnswerProblems): readonly WireObject[] {
  if (!answer.has('contents')) return [answer];
  const items = answer.list('contents').map((item, index) => {
    return new WireObject(item, answer.pathOf(`contents[${index}]`), problems);
  });
  if (items.length === 0) answer.report('NO_TASK', 'contents', 'holds no task');
  return items;
}

function taskIn(candidate: WireObject, problems: AnswerProblems): readonly TaskAnswer[] {
  if (!candidate.has('tasks') && !candidate.has('subtasks')) {
    problems.report('NO_TASK', candidate.path, 'carries no task: it has neither tasks nor subtasks');
    return [];
  }
  const { snapshot, hasEdges } = readTask(candidate, problems);
  return [{ snapshot, shape: shapeOf(candidate, hasEdges), path: candidate.path }];
}
