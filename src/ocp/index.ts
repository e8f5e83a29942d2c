export type { OcpContext } from './context-text.ts';
export {
  toEnvelope,
  toErrorEnvelope,
  type EnvelopeFacts,
  type OcpEnvelope,
  type OcpError,
  type OcpErrorEnvelope,
} from './envelope.ts';
export { fromTaskInfo } from './from-task-info.ts';
export type { TaskSource } from './source.ts';
export { toTaskInfo, type OcpChildInfo, type OcpCreator, type OcpTaskInfo } from './task-info.ts';
export {
  toTaskInstance,
  type OcpSubtaskInstance,
  type OcpTaskInstance,
  type TaskInstanceOptions,
} from './task-instance.ts';
export {
  ocpOperations,
  ocpStatuses,
  ocpSubtaskStatuses,
  ocpTaskStatuses,
  type OcpStatus,
  type OcpSubtaskStatus,
  type OcpTaskStatus,
} from './wire-status.ts';
