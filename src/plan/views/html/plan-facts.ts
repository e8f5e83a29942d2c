import type { SerializedError } from '../../../errors/index.ts';
import type { JsonValue } from '../../../json/index.ts';
import type { PreviewStep } from '../../../workflow/index.ts';

/** What a dry run found out about one task; `TaskFinding` of an inspection is one. */
export type PlanFinding =
  | { readonly kind: 'done'; readonly output: JsonValue }
  /** `steps` is what it would do, in order; undefined when it cannot tell beforehand. */
  | { readonly kind: 'needed'; readonly steps?: readonly PreviewStep[] | undefined }
  | { readonly kind: 'unknown'; readonly why: string };

/** What became of one task; a `TaskSnapshot` is one. Times are epoch milliseconds. */
export interface ActualTask {
  readonly state: string;
  /** 0 before the first attempt. */
  readonly attempt: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly error?: SerializedError;
}

/** What became of a run of the plan; a `RunSnapshot` is one. */
export interface ActualRun {
  readonly id: number;
  readonly state: string;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  /** In the order of the plan's tasks. */
  readonly tasks: readonly ActualTask[];
}

/** Something that would stop the run; an `InspectionProblem` is one. */
export interface PlanProblem {
  readonly code: string;
  readonly message: string;
  readonly next?: string | undefined;
  /** The numbers of the tasks that meet it. */
  readonly tasks: readonly number[];
}

/** What a page tells besides the plan itself. */
export interface PlanFacts {
  /** What a dry run found that would stop the run. */
  readonly problems?: readonly PlanProblem[] | undefined;
  /** What a dry run found out about a task, by its index; undefined where nobody looked. */
  readonly finding?: ((task: number) => PlanFinding | undefined) | undefined;
  /** What became of it: planned and actual times stand side by side. */
  readonly actual?: ActualRun | undefined;
}

/** From when to when, in milliseconds from the start of the run. */
export type Span = readonly [startMs: number, finishMs: number];

/** When each task really ran; undefined for what has not started. What has not ended ran until the last known instant. */
export function actualSpans(actual: ActualRun): readonly (Span | undefined)[] {
  const beganMs = actual.startedAtMs ?? 0;
  const lastMs = actual.tasks.reduce(
    (last, { startedAtMs = 0, finishedAtMs = 0 }) => Math.max(last, startedAtMs, finishedAtMs),
    actual.finishedAtMs ?? beganMs,
  );
  return actual.tasks.map(({ startedAtMs, finishedAtMs = lastMs }) =>
    startedAtMs === undefined ? undefined : [startedAtMs - beganMs, finishedAtMs - beganMs],
  );
}
