export { indexByKey, type Plan, type PlanTask } from './plan.ts';
export { InvalidPlanError, planRecorded, planWorkflow } from './plan-workflow.ts';
export { shapeFromJson, shapeToJson, type PlanShape, type TaskShape } from './plan-shape.ts';
