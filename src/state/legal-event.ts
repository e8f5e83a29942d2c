import { hasBegun, isLeftToUndo, isUndoable, terminalStateOf } from './run-end.ts';
import type { RunEvent } from './run-event.ts';
import type { RunFacts } from './run-facts.ts';
import { allowsRunEvent, IllegalTransitionError, taskTransition, type TaskTransition } from './transitions.ts';

/**
 * Refuses what must not happen to a run in this state: what the tables do not allow, a run that starts twice or not
 * first, an end that its tasks contradict, an undo whose turn has not come. O(tasks named by the event), and as
 * `terminalStateOf` for the end of a run.
 *
 * @throws IllegalTransitionError
 */
export function requireLegal(facts: RunFacts, event: RunEvent): void {
  if ((event.type === 'run-started') !== (facts.sequence === 0)) throw illegalForRun(facts, event);
  const to = event.type === 'run-settled' ? event.state : undefined;
  if (!allowsRunEvent(event.type, facts.state, to) || !fitsTasks(facts, event)) throw illegalForRun(facts, event);
  if (event.type === 'run-rollback-started') requireTasks(facts, 'task-rollback-started', event.tasks);
  if (event.type === 'tasks-retried') requireTasks(facts, event.type, event.tasks);
  if (event.type === 'undos-retried') requireTasks(facts, 'task-rollback-started', event.tasks);
  if ('task' in event) requireTasks(facts, event.type, [event.task]);
}

/** The derived state of the run and the states of its tasks never disagree. */
function fitsTasks(facts: RunFacts, event: RunEvent): boolean {
  // Of all failure policies this one ends a run the earliest, and what an end says is the same under all of them.
  if (event.type === 'run-settled') return terminalStateOf(facts, 'finish-running') === event.state;
  // By itself a run is rolled back only instead of ending as FAILED.
  if (event.type === 'run-rollback-started')
    return facts.state !== 'RUNNING' || terminalStateOf(facts, 'finish-running') === 'FAILED';
  if (event.type === 'task-rollback-started') return isUndoable(facts, event.task);
  if (event.type === 'undos-retried') return event.tasks.every((task) => facts.hasUndoFailed(task));
  if (event.type === 'undo-skipped') return isLeftToUndo(facts, event.task);
  return true;
}

function requireTasks(facts: RunFacts, event: TaskTransition['event'], tasks: readonly number[]): void {
  const seen = new Set<number>();
  for (const task of tasks) {
    const state = facts.taskState(task);
    const isTask = Number.isInteger(task) && task >= 0 && task < facts.size;
    const isTooEarly = event === 'task-rollback-started' && !hasBegun(facts, task);
    if (!isTask || seen.has(task) || isTooEarly || !taskTransition(event, state)) {
      throw new IllegalTransitionError(event, `task ${task + 1}`, isTask ? state : 'none');
    }
    seen.add(task);
  }
}

function illegalForRun(facts: RunFacts, event: RunEvent): IllegalTransitionError {
  const subject = 'task' in event ? `task ${event.task + 1} of the run` : 'the run';
  return new IllegalTransitionError(event.type, subject, facts.sequence === 0 ? 'NOT STARTED' : facts.state);
}
