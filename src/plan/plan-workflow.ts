import { RefusedError, type Problem } from '../errors/index.ts';
import { topologicalOrder } from '../graph/index.ts';
import { frozen, type JsonValue } from '../json/index.ts';
import { collectSecrets, createScrubber, type Scrubber } from '../secrets/index.ts';
import type { SchemaIssue, SchemaResult, Workflow } from '../workflow/index.ts';
import { fingerprintOf, schemaFingerprintOf } from './fingerprint.ts';
import type { Plan } from './plan.ts';
import { recordedInput } from './recorded-input.ts';

/** Input or declaration cannot be planned. Carries every problem: cycle path, unknown upstreams, duplicate keys, bad input. */
export class InvalidPlanError extends RefusedError<'INVALID_PLAN'> {
  constructor(workflow: string, problems: readonly Problem[]) {
    super('INVALID_PLAN', `Workflow "${workflow}" cannot be planned`, problems);
  }
}

/**
 * Expands a workflow for one input into a frozen plan. Pure: no I/O, no clock. O(tasks + edges).
 *
 * @throws InvalidPlanError with every problem of the input, else of the declaration
 */
export function planWorkflow<Raw>(workflow: Workflow<Raw>, input: NoInfer<Raw>): Plan {
  const { result, secrets } = collectSecrets(() => validated(workflow, input));
  const scrubber = scrubberOf(workflow, secrets);
  const issues = result.issues?.map((issue) => issueProblem(issue, scrubber));
  if (issues) throw new InvalidPlanError(workflow.name, issues);
  const recorded = recordedInput('value' in result ? result.value : null);
  if (recorded.kind === 'problem') throw new InvalidPlanError(workflow.name, [recorded.problem]);
  return planRecorded(workflow, recorded.input, secrets);
}

/** As `planWorkflow`, for input that was parsed and recorded before: recovery does not parse again. Freezes it. */
export function planRecorded(workflow: Workflow, input: JsonValue, secrets: readonly string[] = []): Plan {
  const declaration = workflow.expand(frozen(input));
  const problems = [...identityProblems(workflow), ...declaration.problems];
  const order = problems.length === 0 ? topologicalOrder(declaration.graph) : undefined;
  if (!order) throw new InvalidPlanError(workflow.name, problems);
  const { tasks, graph, ownLimits } = declaration;
  return Object.freeze({
    workflow,
    input,
    tasks,
    graph,
    order,
    ownLimits: Object.freeze(ownLimits),
    claims: Object.freeze([...new Set(workflow.hooks.claims(input))]),
    fingerprint: fingerprintOf(workflow, declaration),
    schemaFingerprint: schemaFingerprintOf(workflow.inputSchema),
    secrets: Object.freeze([...secrets]),
  });
}

function validated(workflow: Workflow, input: unknown): SchemaResult<unknown> {
  const schema = workflow.inputSchema as Partial<typeof workflow.inputSchema> | undefined;
  const standard = schema?.['~standard'];
  if (typeof standard?.validate !== 'function') throw new InvalidPlanError(workflow.name, [noStandardSchema]);
  const result = standard.validate(input);
  if (!(result instanceof Promise)) return result;
  result.catch(() => undefined);
  throw new InvalidPlanError(workflow.name, [asynchronousSchema]);
}

/** Secrets that no text could be searched for are refused here, before anything could show them. */
function scrubberOf(workflow: Workflow, secrets: readonly string[]): Scrubber {
  try {
    return createScrubber(secrets);
  } catch (error) {
    if (error instanceof RefusedError) throw new InvalidPlanError(workflow.name, error.problems);
    throw error;
  }
}

function identityProblems({ name, version, deadlineMs = Infinity }: Workflow): readonly Problem[] {
  const wrong = Object.entries({ name, version }).filter(([, value]) => typeof value !== 'string' || value === '');
  const rules = wrong.map(([field]) => `the workflow's ${field} is a non-empty string.`);
  if (!(typeof deadlineMs === 'number' && deadlineMs > 0)) {
    rules.push(`the workflow's deadlineMs is a positive number of milliseconds, not ${String(deadlineMs)}.`);
  }
  return rules.map((message) => ({ code: 'INVALID_WORKFLOW', message }));
}

const noStandardSchema: Problem = {
  code: 'INVALID_SCHEMA',
  message: 'the input schema is not a Standard Schema.',
  next: 'Give `input` a schema of zod, valibot or another library that implements https://standardschema.dev.',
};

const asynchronousSchema: Problem = {
  code: 'ASYNCHRONOUS_SCHEMA',
  message: 'the input schema validates asynchronously; planning is synchronous.',
  next: 'Move the asynchronous check into the workflow: a first task, or its `admit`.',
};

function issueProblem({ message, path = [] }: SchemaIssue, scrubber: Scrubber): Problem {
  const field = scrubber.text(path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'));
  const shown = scrubber.text(message);
  return {
    code: 'INVALID_INPUT',
    message: field === '' ? `input: ${shown}` : `input field "${field}": ${shown}`,
    details: { field },
  };
}
