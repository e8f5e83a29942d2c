import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../json/index.ts';
import { shapeToJson, type Plan } from '../plan/index.ts';
import type { RunEvent, RunHeader } from '../state/index.ts';
import type { CreatedRun } from '../store/index.ts';
import { emptyRunContext, type RunContext } from '../workflow/index.ts';
import type { StartOptions } from './engine-interface.ts';
import type { EngineParts } from './engine-parts.ts';
import { recordedDeadline } from './run-deadline.ts';
import { refuseSecretNames } from './secret-names.ts';
import { requireTraceId, traced } from './trace-id.ts';

/** OCP's own administrator has this id. */
const adminId = 100;

/**
 * Creates a run in one commit of the store: the plan's claims, the workflow's `admit`, the header and the first event.
 * Rejects with what refused it; nothing was written then. Nothing that is recorded holds a known secret.
 */
export async function createRun(
  { store, clock, scrubber, ownership }: Pick<EngineParts, 'store' | 'clock' | 'scrubber' | 'ownership'>,
  plan: Plan,
  options: StartOptions,
): Promise<CreatedRun> {
  const { idempotencyKey, by = 'admin', byId = adminId, traceId, workflowSource } = options;
  requireTraceId(traceId);
  refuseSecretNames(plan);
  const deadline = recordedDeadline(plan, options);
  const nowMs = clock.nowMs();
  const { workflow, claims, input } = plan;
  return await store.createRun({
    owner: await ownership.current(),
    claims,
    taskCount: plan.tasks.length,
    ...(idempotencyKey === undefined ? {} : { idempotency: { key: idempotencyKey, request: requestHash(plan) } }),
    admit: async ({ runId, firstTaskId }, tables) => {
      const { context = emptyRunContext, subject } = await workflow.hooks.admit({ input, tables, runId, nowMs });
      const header: RunHeader = {
        id: runId,
        firstTaskId,
        workflow: workflow.name,
        workflowVersion: workflow.version,
        fingerprint: plan.fingerprint,
        schemaFingerprint: plan.schemaFingerprint,
        plan: shapeToJson(plan),
        input: scrubber.json(input),
        claims,
        creator: { id: byId, name: scrubber.text(by) },
        ...(traceId === undefined ? {} : { traceId: scrubber.text(traceId) }),
        context: scrubber.json(context as unknown as JsonObject) as unknown as RunContext,
        createdAtMs: nowMs,
        utcOffsetMinutes: clock.utcOffsetMinutes(nowMs),
        onFailure: workflow.onFailure,
        ...deadline,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(subject === undefined ? {} : { subject: scrubber.json(subject) as JsonObject }),
        ...(workflowSource === undefined ? {} : { workflowSource }),
      };
      return { header, events: firstEvents(header), state: 'RUNNING' };
    },
  });
}

/** What the journal of every run begins with. */
export function firstEvents({ creator, createdAtMs, traceId }: RunHeader): readonly RunEvent[] {
  return [{ type: 'run-started', by: creator.name, atMs: createdAtMs, ...traced({ traceId }) }];
}

/** The same for the same procedure with equal input, whatever the order of its keys. */
function requestHash({ workflow, fingerprint, input }: Plan): string {
  return createHash('sha256')
    .update(canonicalJson([workflow.name, fingerprint, input]))
    .digest('hex');
}
