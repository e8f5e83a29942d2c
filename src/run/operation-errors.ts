import { RefusedError } from '../errors/index.ts';
import type { PlanShape } from '../plan/index.ts';

/** Why operator actions are refused. */
const operationRefusals = [
  /** The present state of the run or the task does not allow it. */
  'state',
  /** The workflow forbids that the task is skipped. */
  'skip-forbidden',
  /** A task that would have to be undone cannot be: a point of no return. */
  'irreversible',
  /** What a rollback is to go without is neither a task nor a limit of the run. */
  'unknown-name',
] as const;

/** Why an operator action is refused. */
export type OperationRefusal = (typeof operationRefusals)[number];

/** An operator action that is refused: most often because the present state does not allow it. Nothing was changed. */
export class OperationRefusedError extends RefusedError<'OPERATION_REFUSED'> {
  /** Also in `details`. */
  readonly reason: OperationRefusal;

  constructor(subject: string, { reason, message, next }: Refusal) {
    const details = { reason };
    super('OPERATION_REFUSED', subject, [{ code: 'OPERATION_REFUSED', message, next, details }], details);
    this.reason = reason;
  }
}

interface Refusal {
  readonly reason: OperationRefusal;
  readonly message: string;
  readonly next?: string | undefined;
}

/** The reason that a text stands for; undefined when it stands for none. */
export function operationRefusal(text: unknown): OperationRefusal | undefined {
  return operationRefusals.find((reason) => reason === text);
}

/** No task of the run has this key or number. */
export class UnknownTaskError extends RefusedError<'UNKNOWN_TASK'> {
  constructor(given: string | number, plan: PlanShape) {
    const some = plan.tasks.slice(0, 10).map((task) => `"${task.key}"`);
    const message = `the run has no task "${given}". Its tasks are 1 to ${plan.tasks.length}: ${some.join(', ')}${plan.tasks.length > 10 ? ' …' : ''}`;
    super('UNKNOWN_TASK', 'Unknown task', [
      { code: 'UNKNOWN_TASK', message, next: 'Give a task by its key or its number.' },
    ]);
  }
}

/** The engine does not know the workflow of a run, so it can show the run but not act on it. */
export class UnknownWorkflowError extends RefusedError<'UNKNOWN_WORKFLOW'> {
  constructor(workflow: string, known: readonly string[]) {
    const message = `this engine was not given the workflow "${workflow}". It knows: ${known.join(', ') || 'none'}.`;
    const next = 'Pass it: createEngine({ workflows: [workflow] }).';
    super('UNKNOWN_WORKFLOW', 'Unknown workflow', [{ code: 'UNKNOWN_WORKFLOW', message, next }]);
  }
}

const changesShown = 20;

/** The workflow has changed since the run was planned. */
export class PlanChangedError extends RefusedError<'PLAN_CHANGED'> {
  constructor(runId: number, changes: readonly string[]) {
    const shown = changes.length > changesShown ? [...changes.slice(0, changesShown), '…'] : changes;
    const message = `the workflow is not the one that run ${runId} was planned from: ${shown.join('; ')}.`;
    const next =
      'Run it with the workflow it was started with; or accept the changes (precede recover --accept-changes, ' +
      'engine.recover({ acceptChanges: true })), and the tasks that were planned do what they do now.';
    super('PLAN_CHANGED', 'The workflow has changed', [
      { code: 'PLAN_CHANGED', message, next, details: { runId, changes } },
    ]);
  }
}

/** The run's input held secret values. They are recorded nowhere, so its tasks cannot be run again from the record. */
export class SecretInputError extends RefusedError<'SECRET_INPUT'> {
  constructor(runId: number) {
    const message = `the input of run ${runId} held secret values, which are not recorded.`;
    const next = 'Start a new run with the same input.';
    super('SECRET_INPUT', 'The input is not at hand', [{ code: 'SECRET_INPUT', message, next }]);
  }
}

/** The end of a run that this engine does not have cannot be awaited here. */
export class RunNotOwnedError extends RefusedError<'RUN_NOT_OWNED'> {
  constructor(runId: number, state: string) {
    const message = `run ${runId} is ${state}, and this engine is not the one that runs it.`;
    const next = 'Await it in the process that runs it; if that has ended, take the run up: engine.recover().';
    super('RUN_NOT_OWNED', 'Not this engine’s run', [{ code: 'RUN_NOT_OWNED', message, next }]);
  }
}

/** The engine was closed. */
export class EngineClosedError extends RefusedError<'ENGINE_CLOSED'> {
  constructor(what: string) {
    super('ENGINE_CLOSED', 'The engine is closed', [{ code: 'ENGINE_CLOSED', message: `${what}.` }]);
  }
}
