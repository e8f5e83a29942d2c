export {
  emptyRunContext,
  type Admission,
  type AdmissionRequest,
  type Reopening,
  type Settlement,
  type TerminalRunState,
} from './admission.ts';
export type { Declaration, DeclaredTask, Lane, OutputSource } from './declaration.ts';
export type { BarrierOutput, FanOut, Flow, LaneResult, Recorded } from './flow.ts';
export { workflowFromGraph, type GraphData, type GraphTask, type GraphWorkflowOptions } from './graph-workflow.ts';
export {
  defineService,
  provide,
  serviceLookup,
  ServiceMissingError,
  type ProvidedService,
  type Service,
} from './service.ts';
export type { InputSchema, ParsedInput, RawInput, SchemaIssue, SchemaResult } from './standard-schema.ts';
export type { Tables } from './tables.ts';
export type { CheckContext, RunContext, TaskContext, TaskLog } from './task-context.ts';
export type {
  BarrierOptions,
  CheckAnswer,
  CheckUnknown,
  ForEachOptions,
  PreviewStep,
  RetryOptions,
  TaskBody,
  TaskOptions,
} from './task-options.ts';
export type { Task, TaskGroup, UpstreamRef } from './upstream.ts';
export {
  defineWorkflow,
  type FailurePolicy,
  type Workflow,
  type WorkflowHooks,
  type WorkflowOptions,
} from './workflow.ts';
