export { toBasicTaskInstance, type OcpBasicSubtaskInstance, type OcpBasicTaskInstance } from './basic-task-instance.ts';
export type { OcpContext } from './context-text.ts';
export {
  toEnvelope,
  toErrorEnvelope,
  type EnvelopeFacts,
  type OcpEnvelope,
  type OcpError,
  type OcpErrorEnvelope,
  type OcpSubError,
} from './envelope.ts';
export { toFlatTaskInstance, type OcpFlatTaskInstance } from './flat-task-instance.ts';
export { fromTaskAnswer, type TaskAnswer } from './from-task-answer.ts';
export { fromTaskInfo } from './from-task-info.ts';
export { isSignedBy, requestSignature, type SignedRequest } from './request-signature.ts';
export { readSignatureHeader, signatureDateMs, type SignatureHeader } from './signature-header.ts';
export { planOfSnapshot, type SnapshotPlan } from './snapshot-plan.ts';
export type { TaskSource } from './source.ts';
export { toTaskInfo, type OcpChildInfo, type OcpCreator, type OcpTaskInfo } from './task-info.ts';
export { toSubtaskInstance, type OcpSubtaskInstance, type TaskInstanceOptions } from './subtask-instance.ts';
export { toTaskInstance, type OcpTaskInstance } from './task-instance.ts';
export { toSubtaskLog } from './subtask-log.ts';
export type { SubtaskLogLine, SubtaskLogParts } from './subtask-log-parts.ts';
export type { TaskAnswerShape } from './task-answer-shape.ts';
export { toTaskAnswer } from './to-task-answer.ts';
export {
  ocpOperations,
  ocpStatuses,
  ocpSubtaskStatuses,
  ocpTaskStatuses,
  taskStatusOfRun,
  type OcpStatus,
  type OcpSubtaskStatus,
  type OcpTaskStatus,
} from './wire-status.ts';
export { readWireTime, wireTime, type WireTime } from './wire-time.ts';
