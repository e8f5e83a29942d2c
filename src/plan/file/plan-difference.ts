import { canonicalJson, type JsonObject, type JsonValue } from '../../json/index.ts';
import type { PreviewStep } from '../../workflow/index.ts';
import type { FiledFinding, FiledTask, PlanFile } from './plan-file.ts';

/** One thing in which two plans differ. */
export interface PlanDifference {
  /** The key of the task; undefined when it is of the plan as a whole. */
  readonly task?: string;
  /** What it is about: a field of the plan or of the task's declaration, `task`, `finding` or `steps`. */
  readonly field: string;
  /** Undefined when there was nothing. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

const planFields = ['workflow', 'version', 'input', 'claims'] as const;

/**
 * In what two plans differ: what is declared, and what was found of each task (or that nothing was). Whether a task that is
 * unknown is so for another reason does not count. Empty when they are the same. O(tasks + steps).
 */
export function planDifferences(before: PlanFile, after: PlanFile): readonly PlanDifference[] {
  const tasksAfter = new Map(after.tasks.map((task) => [task.key, task]));
  const keysBefore = new Set(before.tasks.map(({ key }) => key));
  const differences = [
    ...planFields.flatMap((field) => changed(field, before[field], after[field])),
    ...before.tasks.flatMap((task) => taskDifferences(task, tasksAfter.get(task.key))),
    ...after.tasks
      .filter(({ key }) => !keysBefore.has(key))
      .map((task): PlanDifference => ({ task: task.key, field: 'task', after: task.declared })),
  ];
  // Order, and whatever else a fingerprint is made of.
  return differences.length === 0 ? changed('fingerprint', before.fingerprint, after.fingerprint) : differences;
}

function taskDifferences(before: FiledTask, after: FiledTask | undefined): readonly PlanDifference[] {
  const { key: task } = before;
  if (!after) return [{ task, field: 'task', before: before.declared }];
  // What a later version tells besides is no difference.
  const fields = Object.keys(before.declared).filter((field) => Object.hasOwn(after.declared, field));
  const declared = fields.flatMap((field) => changed(field, before.declared[field], after.declared[field]));
  return [...declared, ...findingDifferences(before.finding, after.finding)].map((one) => ({ task, ...one }));
}

function findingDifferences(
  before: FiledFinding | undefined,
  after: FiledFinding | undefined,
): readonly PlanDifference[] {
  if (!before || !after) return changed('finding', before && findingJson(before), after && findingJson(after));
  if (before.kind !== after.kind) return changed('finding', findingJson(before), findingJson(after));
  if (before.kind !== 'needed' || after.kind !== 'needed') return [];
  return changed('steps', stepsJson(before.steps), stepsJson(after.steps));
}

function findingJson(finding: FiledFinding): JsonObject {
  if (finding.kind === 'needed') return { kind: 'needed', steps: stepsJson(finding.steps) };
  return { ...finding };
}

function stepsJson(steps: readonly PreviewStep[] | null): JsonValue {
  return steps?.map((step) => ({ ...step })) ?? null;
}

function changed(
  field: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): readonly PlanDifference[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  return [{ field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}
