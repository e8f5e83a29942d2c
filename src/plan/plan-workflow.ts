import { RefusedError, type Problem } from '../errors/index.ts';
import { topologicalOrder } from '../graph/index.ts';
import type { JsonValue } from '../json/index.ts';
import { collectSecrets } from '../secrets/index.ts';
import type { SchemaIssue, Workflow } from '../workflow/index.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Plan } from './plan.ts';

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
  const { result, secrets } = collectSecrets(() => parseInput(workflow, input));
  return planRecorded(workflow, result, secrets);
}

/** As `planWorkflow`, for input that was parsed and recorded before: recovery does not parse again. */
export function planRecorded(workflow: Workflow, input: JsonValue, secrets: readonly string[] = []): Plan {
  const declaration = workflow.expand(input);
  const order = declaration.problems.length === 0 ? topologicalOrder(declaration.graph) : undefined;
  if (!order) throw new InvalidPlanError(workflow.name, declaration.problems);
  const { tasks, graph, ownLimits } = declaration;
  return Object.freeze({
    workflow,
    input,
    tasks,
    graph,
    order,
    ownLimits,
    claims: workflow.hooks.claims(input),
    fingerprint: fingerprintOf(workflow, declaration),
    secrets,
  });
}

function parseInput(workflow: Workflow, input: unknown): JsonValue {
  const result = workflow.inputSchema['~standard'].validate(input);
  if (result instanceof Promise) throw new InvalidPlanError(workflow.name, [asynchronousSchema]);
  if (result.issues) throw new InvalidPlanError(workflow.name, result.issues.map(issueProblem));
  // What a plan holds is what a store will give back, so it goes through JSON here, once.
  return JSON.parse(JSON.stringify(result.value ?? null)) as JsonValue;
}

const asynchronousSchema: Problem = {
  code: 'ASYNCHRONOUS_SCHEMA',
  message: 'the input schema validates asynchronously; planning is synchronous.',
  next: 'Move the asynchronous check into the workflow: a first task, or its `admit`.',
};

function issueProblem({ message, path = [] }: SchemaIssue): Problem {
  const field = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return {
    code: 'INVALID_INPUT',
    message: field === '' ? `input: ${message}` : `input field "${field}": ${message}`,
    details: { field },
  };
}
