export { systemClock, type Clock } from './clock.ts';
export { createEngine } from './engine.ts';
export type {
  Engine,
  EngineOptions,
  OperationOptions,
  OperationResult,
  Recovered,
  RecoverOptions,
  RollbackOptions,
  StartOptions,
} from './engine-interface.ts';
export { silentLogger, type Logger } from './logger.ts';
export type { Listener } from './notice-bus.ts';
export {
  EngineClosedError,
  OperationRefusedError,
  PlanChangedError,
  RunNotOwnedError,
  SecretInputError,
  UnknownTaskError,
  UnknownWorkflowError,
  type OperationRefusal,
} from './operation-errors.ts';
export type { OperationPreview, PreviewStep, UntouchedTask } from './operation-preview.ts';
export type { Resolution } from './operations.ts';
export { recordedOutput } from './recorded-output.ts';
export { secretNameProblems } from './secret-names.ts';
export { observedDurations } from './observed-durations.ts';
export { recordedRun } from './recorded-run.ts';
export { Run, type RunOutcome, type WaitingTask } from './run.ts';
export type {
  LogNotice,
  Notice,
  NoticeKind,
  NoticeOf,
  ProgressNotice,
  RunNotice,
  TaskName,
  TaskNotice,
  WarningNotice,
} from './run-notice.ts';
export {
  EffectMissingError,
  InvalidOutputError,
  OutcomeUnknownError,
  OutputSkippedError,
  OutputUnknownError,
  TaskCancelledError,
  TaskTimeoutError,
  UndoUnverifiedError,
} from './task-errors.ts';
export { upstreamOutputs } from './upstream-outputs.ts';
