export { inspectPlan, type InspectOptions } from './inspect-plan.ts';
export type { AdmittingStore } from './admission.ts';
export type { InspectionProblem, PlanInspection, TaskFinding, TaskInspection } from './task-finding.ts';
