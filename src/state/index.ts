export { attemptSpans, type AttemptSpan, type SpanEnd, type SpanOperation } from './attempt-spans.ts';
export { isOver, isUndoable, mayStartTasks, tasksToUndo, terminalStateOf, undoableTasks } from './run-end.ts';
export { requireLegal } from './legal-event.ts';
export type { RunEvent, RunEventType, TaskEvent } from './run-event.ts';
export type { RunFacts } from './run-facts.ts';
export type { Creator, RunHeader } from './run-header.ts';
export { RunRecord, type Asked } from './run-record.ts';
export { stepDurations, type ObservedRun, type StepDurations } from './step-durations.ts';
export { snapshotOfPlan, snapshotOfRun, type RunParts, type RunSnapshot, type TaskSnapshot } from './snapshot.ts';
export {
  isInFlight,
  isSatisfied,
  isSettledRun,
  runStates,
  taskStates,
  type Operation,
  type RunState,
  type TaskState,
} from './task-state.ts';
export {
  allowsRunEvent,
  IllegalTransitionError,
  runStateAfter,
  runTransitions,
  taskTransition,
  taskTransitions,
  type RunTransition,
  type TaskTransition,
} from './transitions.ts';
export type { TaskChange } from './task-table.ts';
export type {
  FullLimit,
  LimitHolder,
  NamedTask,
  SlotUse,
  StandingTask,
  StartFacts,
  WaitReason,
} from './wait-reason.ts';
export { whyWaiting, type WaitFacts } from './why-waiting.ts';
