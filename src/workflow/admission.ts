import type { JsonObject } from '../json/index.ts';
import type { Tables } from './tables.ts';
import type { RunContext } from './task-context.ts';

/** How a run can end. */
export type TerminalRunState = 'SUCCESS' | 'FAILED' | 'CANCELLED' | 'ROLLED_BACK' | 'ROLLBACK_FAILED';

/** What a workflow's `admit` decides with: in the very commit that creates the run. Throw a `RefusedError` to refuse. */
export interface AdmissionRequest<Input> {
  readonly input: Input;
  readonly tables: Tables;
  readonly runId: number;
  /** Epoch milliseconds of the admission. */
  readonly nowMs: number;
}

/** What is known of a run from its first instant. Recorded with it. */
export interface Admission {
  readonly context?: RunContext;
  /** What the run acts on, as the documented shape shows it: for Add OB server the cluster. */
  readonly subject?: JsonObject;
}

/** What a workflow's `settle` gets: in the very commit of the run's terminal event. */
export interface Settlement<Input> {
  readonly input: Input;
  readonly tables: Tables;
  readonly runId: number;
  readonly state: TerminalRunState;
  readonly context: RunContext;
  readonly nowMs: number;
}

/** What a workflow's `reopen` gets: in the very commit that takes an ended run up again (retry, skip, rollback). */
export interface Reopening<Input> extends Omit<Settlement<Input>, 'state'> {
  readonly operation: 'RETRY' | 'SKIP' | 'ROLLBACK';
}

export const emptyRunContext: RunContext = Object.freeze({ stringMap: {}, listMap: {} });
