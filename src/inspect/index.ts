export {
  inspectPlan,
  type InspectOptions,
  type PlanInspection,
  type TaskFinding,
  type TaskInspection,
} from './inspect-plan.ts';
