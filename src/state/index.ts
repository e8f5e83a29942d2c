export { mayStartTasks, runStateAfter, tasksToUndo, terminalStateOf, undoableTasks } from './run-end.ts';
export type { RunEvent, RunEventType } from './run-event.ts';
export type { Creator, RunHeader } from './run-header.ts';
export { RunRecord, type TaskChange } from './run-record.ts';
export { snapshotOfPlan, snapshotOfRun, type RunParts, type RunSnapshot, type TaskSnapshot } from './snapshot.ts';
export { isInFlight, isSatisfied, isSettledRun, runStates, taskStates, type Operation, type RunState, type TaskState } from './task-state.ts';
export {
  allowsRunEvent,
  IllegalTransitionError,
  runTransitions,
  taskTransition,
  taskTransitions,
  type RunTransition,
  type TaskTransition,
} from './transitions.ts';
