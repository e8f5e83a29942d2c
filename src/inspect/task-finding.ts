import type { Problem } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { PreviewStep } from '../workflow/index.ts';

/** What a dry run found out about one task. Never a guess. */
export type TaskFinding =
  /** The effect is in place; dependents were looked at with this output. */
  | { readonly kind: 'done'; readonly output: JsonValue }
  /** It would run; `steps` is what it would do, undefined when the task cannot tell beforehand. */
  | { readonly kind: 'needed'; readonly steps: readonly PreviewStep[] | undefined }
  /** Nobody can tell, and why: it reads what is known only after a run, a host is out of reach, something is wrong. */
  | { readonly kind: 'unknown'; readonly why: string };

export interface TaskInspection {
  /** Position in the plan, from 1. */
  readonly number: number;
  readonly key: string;
  readonly finding: TaskFinding;
  readonly undo: 'undo' | 'irreversible' | 'none';
}

/** Something that would stop the run as things are. */
export interface InspectionProblem extends Problem {
  /** The tasks that meet it, by their numbers, ascending; none when the run would be refused as a whole. */
  readonly tasks: readonly number[];
}

export interface PlanInspection {
  readonly tasks: readonly TaskInspection[];
  /** Everything that would stop the run, of the run as a whole first; each thing once. */
  readonly problems: readonly InspectionProblem[];
}
