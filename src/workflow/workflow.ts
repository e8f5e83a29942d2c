import type { Admission, AdmissionRequest, Reopening, Settlement } from './admission.ts';
import type { Declaration } from './declaration.ts';
import { recordDeclaration, type Flow } from './flow.ts';
import type { InputSchema, ParsedInput, RawInput } from './standard-schema.ts';

/** What happens to the rest of a run when a task fails for good. */
export type FailurePolicy =
  /** Running tasks drain, nothing new starts. */
  | 'finish-running'
  /** Branches that do not depend on the failed task go on. */
  | 'continue'
  /** Running tasks are aborted. */
  | 'abort-running'
  /** Running tasks drain; then everything is undone, unless something that cannot be undone has run. */
  | 'rollback';

export interface WorkflowOptions<Schema extends InputSchema> {
  readonly name: string;
  /** Changes when the declaration does. */
  readonly version: string;
  readonly description?: string;
  /** Any synchronous Standard Schema. */
  readonly input: Schema;
  /** Declares the tasks. Pure: same input, same tasks and edges. */
  readonly declare: (flow: Flow<ParsedInput<Schema>>, input: ParsedInput<Schema>) => void;
  /** Things that no two runs may act on at once, such as `cluster:21`. Held while the run may act. @default none */
  readonly claims?: (input: ParsedInput<Schema>) => readonly string[];
  /** Decides in the commit that creates the run whether it may start. Throw `RefusedError` to refuse. */
  readonly admit?: (request: AdmissionRequest<ParsedInput<Schema>>) => Promise<Admission>;
  /** Writes what the end of the run means for the workflow's tables, in the commit of the terminal event. */
  readonly settle?: (settlement: Settlement<ParsedInput<Schema>>) => Promise<void>;
  /** Writes what taking the ended run up again means for the tables, in the commit that does so. */
  readonly reopen?: (reopening: Reopening<ParsedInput<Schema>>) => Promise<void>;
  /** @default 'finish-running' */
  readonly onFailure?: FailurePolicy;
  /** A run that is under way for longer is cancelled. Milliseconds, or Infinity; whoever starts it may say another. @default none */
  readonly deadlineMs?: number;
}

/** A named, versioned declaration that can be planned, run and inspected. Made by `defineWorkflow`. */
export interface Workflow<Raw = unknown> {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly onFailure: FailurePolicy;
  /** A run that is under way for longer is cancelled. Milliseconds, or Infinity. @default none */
  readonly deadlineMs?: number;
  readonly inputSchema: InputSchema<unknown, Raw>;
  /** Declares against parsed input. */
  readonly expand: (input: unknown) => Declaration;
  readonly hooks: WorkflowHooks;
}

/** The workflow's part in the commits that create, end and reopen a run. */
export interface WorkflowHooks {
  readonly claims: (input: unknown) => readonly string[];
  readonly admit: (request: AdmissionRequest<unknown>) => Promise<Admission>;
  readonly settle: (settlement: Settlement<unknown>) => Promise<void>;
  readonly reopen: (reopening: Reopening<unknown>) => Promise<void>;
}

/**
 * Defines a workflow. Nothing is checked yet: `planWorkflow` reports every problem of input and declaration at once.
 *
 * @example defineWorkflow({ name: 'Greet', version: '1', input: z.object({}), declare: (flow) => { … } })
 */
export function defineWorkflow<Schema extends InputSchema>(
  options: WorkflowOptions<Schema>,
): Workflow<RawInput<Schema>> {
  const { name, version, description = name, onFailure = 'finish-running', declare } = options;
  return Object.freeze({
    name,
    version,
    description,
    onFailure,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
    inputSchema: options.input,
    // `input` is what this very schema has made of the raw input.
    expand: (input: unknown) => recordDeclaration(declare, input as ParsedInput<Schema>).finish(),
    hooks: hooksOf(options),
  });
}

/** Every `unknown` below is what this very schema has made of the input. */
function hooksOf<Schema extends InputSchema>(options: WorkflowOptions<Schema>): WorkflowHooks {
  return Object.freeze<WorkflowHooks>({
    claims: (input) => options.claims?.(input) ?? [],
    admit: async (request) => (await options.admit?.(request)) ?? {},
    settle: async (settlement) => options.settle?.(settlement),
    reopen: async (reopening) => options.reopen?.(reopening),
  });
}
