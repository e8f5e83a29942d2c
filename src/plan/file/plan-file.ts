import { upstreamsOf } from '../../graph/index.ts';
import type { JsonObject, JsonValue } from '../../json/index.ts';
import { createScrubber, type Scrubber } from '../../secrets/index.ts';
import type { PreviewStep } from '../../workflow/index.ts';
import type { Plan, PlanTask } from '../plan.ts';
import { undoOf } from '../views/undo-kind.ts';

/** What tells a plan file from any other JSON. */
export const planFileKind = 'precede plan';

/** Counts up when a field changes its meaning or goes; not when one is added. */
export const planFileSchema = 1;

/** What a dry run found out about a task, as far as a file keeps it: outputs are only true for the moment. */
export type FiledFinding =
  | { readonly kind: 'done' }
  | { readonly kind: 'needed'; readonly steps: readonly PreviewStep[] | null }
  | { readonly kind: 'unknown'; readonly why: string };

/** A plan as a file: what would be run, and what was found when it was checked. Secret values are masked. */
export interface PlanFile {
  readonly kind: typeof planFileKind;
  readonly schema: typeof planFileSchema;
  /** Where the workflow is found again: the name of a built-in one, or the path of a file. */
  readonly source: string;
  readonly workflow: string;
  readonly version: string;
  readonly fingerprint: string;
  readonly input: JsonValue;
  readonly claims: readonly string[];
  /** In plan order. */
  readonly tasks: readonly FiledTask[];
}

export interface FiledTask {
  /** From 1. */
  readonly number: number;
  readonly key: string;
  /** Everything else that the declaration says, by name; nothing that a computer or a moment decides. */
  readonly declared: JsonObject;
  /** Absent when the plan was not checked. */
  readonly finding?: FiledFinding;
}

export interface PlanFileOptions {
  readonly source: string;
  /** What a dry run found out, by task index; secrets that are not the input's own must be masked already. @default it was not checked */
  readonly findings?: ((task: number) => ReceivedFinding | undefined) | undefined;
}

/** As an inspection tells it. */
type ReceivedFinding =
  | { readonly kind: 'done' }
  | { readonly kind: 'needed'; readonly steps: readonly PreviewStep[] | undefined }
  | { readonly kind: 'unknown'; readonly why: string };

/** The same for the same plan and findings, to the byte once written: fields in a fixed order. O(tasks + edges). */
export function planFileOf(plan: Plan, { source, findings }: PlanFileOptions): PlanFile {
  const scrubber = createScrubber(plan.secrets);
  return {
    kind: planFileKind,
    schema: planFileSchema,
    source,
    workflow: scrubber.text(plan.workflow.name),
    version: scrubber.text(plan.workflow.version),
    fingerprint: plan.fingerprint,
    input: scrubber.json(plan.input),
    claims: plan.claims.map((claim) => scrubber.text(claim)),
    tasks: plan.tasks.map((task, index) => {
      const finding = findings?.(index);
      return {
        number: index + 1,
        key: scrubber.text(task.key),
        declared: scrubber.json(declaredOf(plan, task, index)) as JsonObject,
        ...(finding ? { finding: filed(finding, scrubber) } : {}),
      };
    }),
  };
}

function declaredOf(plan: Plan, task: PlanTask, index: number): JsonObject {
  return {
    name: task.name,
    kind: task.kind,
    ...(task.lane ? { lane: task.lane.key } : {}),
    upstreams: Array.from(upstreamsOf(plan.graph, index).toSorted(), (upstream) => plan.tasks[upstream]?.key ?? ''),
    limits: [...task.limits],
    estimateMs: task.estimateMs,
    timeoutMs: task.timeoutMs ?? null,
    attemptsMax: task.retry.attemptsMax,
    undo: undoOf(task),
    skippable: task.skippable,
  };
}

function filed(finding: ReceivedFinding, scrubber: Scrubber): FiledFinding {
  switch (finding.kind) {
    case 'done':
      return { kind: 'done' };
    case 'needed':
      return { kind: 'needed', steps: finding.steps?.map((step) => filedStep(step, scrubber)) ?? null };
    case 'unknown':
      return { kind: 'unknown', why: scrubber.text(finding.why) };
  }
}

function filedStep(step: PreviewStep, scrubber: Scrubber): PreviewStep {
  const text = scrubber.text(step.text);
  return step.kind === 'note' ? { kind: 'note', text } : { kind: step.kind, host: scrubber.text(step.host), text };
}
