import type { Command } from 'commander';
import type { PlanInspection } from '../inspect/index.ts';
import { readInventoryFile, startSandbox } from '../oceanbase/index.ts';
import type { Plan } from '../plan/index.ts';
import { checkPlan } from './check-plan.ts';
import { duration } from './duration-argument.ts';
import { inputDefaults, keptAccess, refuseLoneSandboxFlags, serversDefault, type FleetFlags } from './fleet-flags.ts';
import { inputFrom, type InputFlags } from './input-flags.ts';
import type { Terminal } from './output.ts';
import { sandboxOptions } from './sandbox-flags.ts';
import { storePath } from './store-place.ts';
import { loadWorkflow } from './workflow-source.ts';
import { planOf } from './workshop.ts';

/** What the command line says of a plan that is checked. */
export interface CheckedPlanFlags extends InputFlags, FleetFlags {
  readonly checkTimeout?: number;
}

/** A plan, and what was found where it would run. */
export interface CheckedPlan {
  readonly plan: Plan;
  /** Where another process finds the workflow again. */
  readonly source: string;
  readonly inspection: PlanInspection;
}

/** Adds the flags of a check. */
export function withCheckFlags(command: Command): Command {
  return command
    .option('--check', 'look at the hosts and the database: what is done already, what is needed, what would stop it')
    .option(
      '--check-timeout <time>',
      'give up looking at a task after this time, such as 30s (default: 10s)',
      duration,
    );
}

/** Plans for the hosts that the flags name, and looks at them. A sandbox that is started for it ends with it. */
export async function checkedPlan(given: string, flags: CheckedPlanFlags, { err }: Terminal): Promise<CheckedPlan> {
  refuseLoneSandboxFlags(flags);
  const { workflow, source } = await loadWorkflow(given);
  const servers = flags.servers ?? serversDefault;
  const inventory = flags.inventory === undefined ? undefined : await readInventoryFile(flags.inventory);
  const input = inputFrom(source, flags, await inputDefaults(flags, { servers, inventory }));
  const plan = planOf(workflow, input, source);
  if (flags.sandbox && err.isLive) err.lines([`Starting a sandbox of ${servers} stand-in hosts …`]);
  const sandbox = flags.sandbox ? await startSandbox({ ...sandboxOptions(flags), servers }) : undefined;
  try {
    const access = sandbox?.access ?? (await keptAccess(flags));
    const storeFile = storePath(flags.store);
    const inspection = await checkPlan(plan, { storeFile, access, inventory, deadlineMs: flags.checkTimeout });
    return { plan, source, inspection };
  } finally {
    await sandbox?.stop();
  }
}
