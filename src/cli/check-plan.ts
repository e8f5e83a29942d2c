import { inspectPlan, type PlanInspection } from '../inspect/index.ts';
import { oceanbaseServices } from '../oceanbase/index.ts';
import type { Plan } from '../plan/index.ts';
import { createScrubber } from '../secrets/index.ts';
import { openScratchStore, type ScratchOptions } from './scratch-store.ts';
import { knownSecrets, paceOf } from './workshop.ts';

/** What a plan is checked against. */
export interface PlanCheckOptions extends ScratchOptions {
  /** Each task has this long, in milliseconds. @default 10_000 */
  readonly deadlineMs?: number | undefined;
}

/** Looks at the hosts and the database that a run would act on. Writes nothing, there or in the store. */
export async function checkPlan(plan: Plan, options: PlanCheckOptions): Promise<PlanInspection> {
  const { access, inventory, deadlineMs } = options;
  const scratch = await openScratchStore(options);
  const scrubber = createScrubber(await knownSecrets(scratch.store, { access, inventory }));
  const opened = oceanbaseServices({
    store: scratch.store,
    onSecret: (secret) => scrubber.add(secret),
    ...paceOf(access),
  });
  try {
    return await inspectPlan(plan, {
      services: opened.services,
      store: scratch.store,
      secrets: scrubber,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    });
  } finally {
    await opened.close();
    await scratch.close();
  }
}
