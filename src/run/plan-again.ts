import { planChanges, planOnShape, planRecorded, shapeFromJson, type Plan } from '../plan/index.ts';
import { secretMask } from '../secrets/index.ts';
import { isSatisfied, type RunHeader, type RunRecord } from '../state/index.ts';
import type { Workflow } from '../workflow/index.ts';
import { PlanChangedError, SecretInputError } from './operation-errors.ts';

interface PlanAgain {
  readonly plan: Plan;
  /** The run goes on with a changed workflow, which is still to be recorded. */
  readonly isNewlyAccepted: boolean;
}

/**
 * The plan of a recorded run, from its workflow as it is now. When that has changed and the change is accepted, what was
 * recorded is what runs, with what tasks of the same keys do now.
 *
 * @throws PlanChangedError when the workflow is not the one that the run was planned from, nor one that was accepted
 * @throws SecretInputError when its input held secrets, which are not recorded
 */
export function planAgain(
  workflow: Workflow,
  { header, record }: { readonly header: RunHeader; readonly record: RunRecord },
  { acceptChanges }: { readonly acceptChanges: boolean },
): PlanAgain {
  if (JSON.stringify(header.input).includes(secretMask)) throw new SecretInputError(header.id);
  const now = planRecorded(workflow, header.input);
  const { schemaFingerprint = now.schemaFingerprint } = header;
  const isSame = now.fingerprint === header.fingerprint && now.schemaFingerprint === schemaFingerprint;
  if (isSame) return { plan: now, isNewlyAccepted: false };
  const shape = shapeFromJson(header.plan);
  const isAccepted = wholeFingerprint(now) === record.acceptedFingerprint;
  if (!isAccepted && !acceptChanges) {
    throw new PlanChangedError(header.id, planChanges({ ...shape, workflowVersion: header.workflowVersion }, now));
  }
  const found = planOnShape(shape, now, (task) => isSatisfied(record.taskState(task)));
  if (found.kind === 'problems') throw new PlanChangedError(header.id, found.problems);
  return { plan: found.plan, isNewlyAccepted: !isAccepted };
}

/** What the acceptance of a changed workflow is recorded with. */
export function wholeFingerprint({ fingerprint, schemaFingerprint }: Plan): string {
  return `${fingerprint} ${schemaFingerprint}`;
}
