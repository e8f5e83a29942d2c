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
export { differenceLines } from './file/difference-text.ts';
export { planDifferences, type PlanDifference } from './file/plan-difference.ts';
export {
  planFileOf,
  type FiledFinding,
  type FiledTask,
  type PlanFile,
  type PlanFileOptions,
} from './file/plan-file.ts';
export { readPlanFile } from './file/read-plan-file.ts';
export type { LimitUse } from './playthrough.ts';
export { durationsOf, limitIdsOf, prioritiesOf, type Schedulable, type TaskDurations } from './schedule-of-plan.ts';
export { durationText } from './views/duration-text.ts';
export { planDot } from './views/dot.ts';
export type { Drawable, DrawingOptions } from './views/drawing.ts';
export type { ActualRun, ActualTask, PlanFacts, PlanFinding, PlanProblem } from './views/html/plan-facts.ts';
export { planHtml, type Paged } from './views/html/plan-html.ts';
export { planJson } from './views/json.ts';
export { planJsonPieces } from './views/json-pieces.ts';
export { planMermaid } from './views/mermaid.ts';
export { planText, type PlanTextOptions } from './views/text.ts';
export type { Pictured } from './views/svg/boxes.ts';
export { planSvg } from './views/svg/plan-svg.ts';
export { fitted, textWidth } from './views/text-width.ts';
export { undoOf, type UndoKind } from './views/undo-kind.ts';
