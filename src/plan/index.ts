export { indexByKey, type Plan, type PlanTask } from './plan.ts';
export { planChanges } from './plan-changes.ts';
export { planOnShape } from './plan-on-shape.ts';
export { InvalidPlanError, planRecorded, planWorkflow } from './plan-workflow.ts';
export { shapeFromJson, shapeToJson, type PlanShape, type TaskShape } from './plan-shape.ts';
export type { ComparedConcurrency } from './compare-concurrency.ts';
export {
  estimatePlan,
  type EstimateBasis,
  type EstimateOptions,
  type PlanEstimate,
  type PointOfNoReturn,
} from './estimate.ts';
export type { LimitUse } from './playthrough.ts';
export { durationsOf, limitIdsOf, prioritiesOf, type Schedulable, type TaskDurations } from './schedule-of-plan.ts';
export { durationText } from './views/duration-text.ts';
export { planDot } from './views/dot.ts';
export type { Drawable, DrawingOptions } from './views/drawing.ts';
export { planJson } from './views/json.ts';
export { planJsonPieces } from './views/json-pieces.ts';
export { planMermaid } from './views/mermaid.ts';
export { planText, type PlanTextOptions } from './views/text.ts';
export { fitted, textWidth } from './views/text-width.ts';
export { undoOf, type UndoKind } from './views/undo-kind.ts';
