export { PrecedeError, RefusedError, serializeError, type Problem, type SerializedError } from './errors/index.ts';
export type { JsonObject, JsonValue } from './json/index.ts';
export {
  InvalidPlanError,
  planWorkflow,
  type Plan,
  type PlanShape,
  type PlanTask,
  type TaskShape,
} from './plan/index.ts';
export * from './inspect/index.ts';
export * from './ocp/index.ts';
export * from './run/index.ts';
export { secret } from './secrets/index.ts';
export {
  runStates,
  runTransitions,
  taskStates,
  taskTransitions,
  type Creator,
  type Operation,
  type RunEvent,
  type RunHeader,
  type RunSnapshot,
  type RunState,
  type TaskSnapshot,
  type TaskState,
} from './state/index.ts';
export * from './store/index.ts';
export * from './workflow/index.ts';
