import { Option } from 'commander';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogLevel } from '../../observe/index.ts';
import {
  readInventoryFile,
  startSandbox,
  type FleetDescription,
  type Sandbox,
  type SandboxAccess,
} from '../../oceanbase/index.ts';
import type { Plan, PlanFile } from '../../plan/index.ts';
import { carryRun } from '../carry-run.ts';
import { checkPlan } from '../check-plan.ts';
import type { CommandTools } from '../command-tools.ts';
import { withBy, withConcurrency, withFormat } from '../common-flags.ts';
import { duration } from '../duration-argument.ts';
import type { Hosts } from '../go-on.ts';
import {
  inputDefaults,
  keptAccess,
  refuseLoneSandboxFlags,
  serversDefault,
  withFleetFlags,
  type FleetFlags,
} from '../fleet-flags.ts';
import { hasInputFlags, inputFrom, withInputFlags, type InputFlags } from '../input-flags.ts';
import { catchInterrupts, type Interrupts } from '../interrupts.ts';
import type { Terminal } from '../output.ts';
import { filedPlan, inputOf, isChecked, openPlanFile, requirePlanOf, requireSamePlan } from '../plan-file.ts';
import { refusal } from '../refusal.ts';
import { sandboxOptions } from '../sandbox-flags.ts';
import { storePath, temporaryStorePath, withStoreFlag } from '../store-place.ts';
import { loadWorkflow, type LoadedWorkflow } from '../workflow-source.ts';
import { openWorkshop, planOf, rehearseAdmission, withFleet } from '../workshop.ts';

interface RunFlags extends InputFlags, FleetFlags {
  readonly plan?: string;
  readonly concurrency?: number;
  readonly idempotencyKey?: string;
  readonly by?: string;
  readonly deadline?: number;
  readonly format: 'text' | 'json';
  readonly logLevel: LogLevel;
}

/** Adds `precede run`. */
export function addRunCommand({ command, terminal, setExitCode }: CommandTools): void {
  command.description(
    'Runs a workflow: the name of a built-in one, the path of a module whose default export is a workflow, or the ' +
      'path of a .json file that holds a graph. Ends with 0 when the run is SUCCESS, 1 when it ends otherwise, 2 when ' +
      'it was refused and nothing was started.',
  );
  withInputFlags(command);
  withFleetFlags(command, 'start a fleet of stand-in hosts for this run, which ends with it');
  withConcurrency(command);
  withStoreFlag(command);
  command.option(
    '--plan <file>',
    'run what `precede plan --out` has kept, and refuse when it is not the same any more',
  );
  command.option('--idempotency-key <key>', 'the same key with the same input gives the same run');
  command.option('--deadline <time>', 'cancel the run when it takes longer, such as 90s, 30m or 2h', duration);
  withBy(command);
  withFormat(command, ['text', 'json']);
  const levels = ['debug', 'info', 'warn', 'error', 'silent'];
  command.addOption(new Option('--log-level <level>', 'what the log file keeps').choices(levels).default('debug'));
  command.addHelpText('after', examples);
  command.action(async (given: string | undefined, flags: RunFlags) =>
    setExitCode(await runWorkflow(given, flags, terminal)),
  );
}

const examples = `
Examples:
  precede run add-ob-server --sandbox --servers 2 --zone zone2
  precede run add-ob-server --sandbox --servers 3 --fault host:2=disk-full
  precede run add-ob-server --sandbox-dir ./sandbox --hosts 1,2 --store runs.db --format json
  precede run add-ob-server --inventory inventory.yaml --hosts 1,2 --zone zone1
  precede run --plan plan.json --sandbox-dir ./sandbox
  precede run ./my-workflow.ts --input input.json --deadline 30m`;

async function runWorkflow(given: string | undefined, flags: RunFlags, terminal: Terminal): Promise<number> {
  refuseLoneSandboxFlags(flags);
  const servers = flags.servers ?? serversDefault;
  const asked = await readAsked(given, flags, servers);
  const interrupts = catchInterrupts();
  let sandbox: Sandbox | undefined;
  try {
    if (flags.sandbox) {
      if (terminal.err.isLive) terminal.err.lines([`Starting a sandbox of ${servers} stand-in hosts …`]);
      sandbox = await startSandbox({ ...sandboxOptions(flags), servers });
    }
    const access = sandbox?.access ?? (await keptAccess(flags));
    if (interrupts.asked.aborted) return interrupts.exitCode();
    const hosts = hostsOf({ flags, servers, access });
    return await runOn({ ...asked, flags, access, hosts, terminal, interrupts });
  } finally {
    await sandbox?.stop();
    interrupts.stop();
  }
}

/** What is to be run. */
interface Asked {
  readonly loaded: LoadedWorkflow;
  /** The plan that the run must be the same as. */
  readonly kept: PlanFile | undefined;
  readonly input: unknown;
  readonly inventory: FleetDescription | undefined;
}

/** Everything that can be refused without a fleet is refused before one is started. */
async function readAsked(given: string | undefined, flags: RunFlags, servers: number): Promise<Asked> {
  const kept = flags.plan === undefined ? undefined : openPlanFile(flags.plan);
  const loaded = await loadWorkflow(requireWorkflow(given, kept));
  if (kept) requirePlanOf(kept, loaded.workflow);
  const inventory = flags.inventory === undefined ? undefined : await readInventoryFile(flags.inventory);
  const input =
    kept && !hasInputFlags(flags)
      ? inputOf(kept)
      : inputFrom(loaded.source, flags, await inputDefaults(flags, { servers, inventory }));
  planOf(loaded.workflow, input, loaded.source);
  return { loaded, kept, input, inventory };
}

interface RunRequest extends Asked {
  readonly flags: RunFlags;
  readonly access: SandboxAccess | undefined;
  readonly hosts: Hosts;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
}

async function runOn(request: RunRequest): Promise<number> {
  const { loaded, kept, input, flags, access, inventory, hosts, terminal, interrupts } = request;
  const workflow = withFleet(loaded.workflow, { access, inventory });
  const plan = planOf(workflow, input, loaded.source);
  const isTemporary = flags.sandbox === true && flags.store === undefined;
  const storeFile = isTemporary ? temporaryStorePath() : storePath(flags.store);
  try {
    if (kept) await requireKeptPlan(plan, kept, { ...request, storeFile });
    await rehearseAdmission(plan, storeFile);
  } catch (error) {
    if (isTemporary) rmSync(dirname(storeFile), { recursive: true, force: true });
    throw error;
  }
  const { concurrency, logLevel, idempotencyKey, by, deadline } = flags;
  const workshop = await openWorkshop({ storeFile, access, inventory, concurrency, logLevel });
  try {
    const run = await workshop.engine.start(plan, {
      workflowSource: loaded.source,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(by === undefined ? {} : { by }),
      ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    });
    const carriage = {
      workshop,
      storeFile,
      workflow: loaded.source,
      hosts,
      terminal,
      format: flags.format,
      interrupts,
      by: flags.by,
    };
    return await carryRun(run, carriage);
  } finally {
    await workshop.close({ drainMs: 0 });
  }
}

/** Looks again at what the plan was checked against. @throws RefusedError `PLAN_CHANGED` */
async function requireKeptPlan(
  plan: Plan,
  kept: PlanFile,
  { loaded, flags, access, inventory, storeFile }: RunRequest & { readonly storeFile: string },
): Promise<void> {
  const inspection = isChecked(kept) ? await checkPlan(plan, { storeFile, access, inventory }) : undefined;
  requireSamePlan(flags.plan ?? '', kept, filedPlan(plan, loaded.source, inspection));
}

function requireWorkflow(given: string | undefined, kept: PlanFile | undefined): string {
  const source = given ?? kept?.source;
  if (source !== undefined) return source;
  throw refusal('run', {
    code: 'MISSING_ARGUMENT',
    message: 'no workflow is given.',
    next: 'Name one, or a plan: precede run --plan plan.json',
  });
}

function hostsOf({
  flags,
  servers,
  access,
}: {
  flags: RunFlags;
  servers: number;
  access: SandboxAccess | undefined;
}): Hosts {
  if (flags.sandbox) return { kind: 'ephemeral', servers, faults: flags.fault ?? [] };
  return access ? { kind: 'kept', dir: access.dir } : { kind: 'inventory' };
}
