export { indexByKey, type Plan, type PlanTask } from './plan.ts';
export { InvalidPlanError, planRecorded, planWorkflow } from './plan-workflow.ts';
