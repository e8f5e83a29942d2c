import type { JsonObject, JsonValue } from '../json/index.ts';
import type { FailurePolicy, RunContext } from '../workflow/index.ts';

/** What is recorded of a run in the commit that creates it and never changes. */
export interface RunHeader {
  /** From the store's run sequence. */
  readonly id: number;
  /** Wire id of the first task; the others follow in declaration order. */
  readonly firstTaskId: number;
  readonly workflow: string;
  readonly workflowVersion: string;
  readonly fingerprint: string;
  /** Absent in runs of before it was recorded. */
  readonly schemaFingerprint?: string;
  /** The plan's shape (`shapeToJson`): enough to show the run where its workflow is not at hand. */
  readonly plan: JsonValue;
  /** Parsed input; secret values are masked. */
  readonly input: JsonValue;
  readonly claims: readonly string[];
  readonly idempotencyKey?: string;
  readonly creator: Creator;
  /** Id of the request that started the run; absent where it had none. */
  readonly traceId?: string;
  readonly context: RunContext;
  /** What the run acts on, as the documented shape shows it. */
  readonly subject?: JsonObject;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  /** Offset from UTC in which this run's times are written, in minutes. */
  readonly utcOffsetMinutes: number;
  /** What happens to the rest of the run when a task fails for good; absent where it was not recorded. */
  readonly onFailure?: FailurePolicy;
  /** The run is cancelled when it is under way for longer than this, in milliseconds. Absent when it may take its time. */
  readonly deadlineMs?: number;
  /** Where the run's workflow is found again: a built-in name or an absolute path. Absent when a program started it. */
  readonly workflowSource?: string;
}

export interface Creator {
  readonly id: number;
  readonly name: string;
}
