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
import { carryRun } from '../carry-run.ts';
import type { CommandTools } from '../command-tools.ts';
import { withBy, withConcurrency, withFormat } from '../common-flags.ts';
import { duration } from '../duration-argument.ts';
import type { Hosts } from '../go-on.ts';
import { inputFrom, withInputFlags, type InputDefaults, type InputFlags } from '../input-flags.ts';
import { catchInterrupts, type Interrupts } from '../interrupts.ts';
import { fleetInput, storedInput, withInventoryFlag } from '../inventory-flag.ts';
import type { Terminal } from '../output.ts';
import { refusal } from '../refusal.ts';
import { accessTo, sandboxOptions, withSandboxFlags, type SandboxFlags } from '../sandbox-flags.ts';
import { sandboxInput } from '../sandbox-input.ts';
import { storePath, temporaryStorePath, withStoreFlag } from '../store-place.ts';
import { loadWorkflow, type LoadedWorkflow } from '../workflow-source.ts';
import { openWorkshop, planOf, rehearseAdmission, withFleet } from '../workshop.ts';

interface RunFlags extends InputFlags, SandboxFlags {
  readonly sandbox?: true;
  readonly sandboxDir?: string;
  readonly inventory?: string;
  readonly concurrency?: number;
  readonly store?: string;
  readonly idempotencyKey?: string;
  readonly by?: string;
  readonly deadline?: number;
  readonly format: 'text' | 'json';
  readonly logLevel: LogLevel;
}

const serversDefault = 2;

/** Adds `precede run`. */
export function addRunCommand({ command, terminal, setExitCode }: CommandTools): void {
  command.description(
    'Runs a workflow: the name of a built-in one, the path of a module whose default export is a workflow, or the ' +
      'path of a .json file that holds a graph. Ends with 0 when the run is SUCCESS, 1 when it ends otherwise, 2 when ' +
      'it was refused and nothing was started.',
  );
  withInputFlags(command);
  command
    .option('--sandbox', 'start a fleet of stand-in hosts for this run, which ends with it')
    .addOption(
      new Option('--sandbox-dir <dir>', 'use the sandbox that `precede sandbox up` started there').conflicts('sandbox'),
    );
  withInventoryFlag(command);
  withSandboxFlags(command);
  withConcurrency(command);
  withStoreFlag(command);
  command.option('--idempotency-key <key>', 'the same key with the same input gives the same run');
  command.option('--deadline <time>', 'cancel the run when it takes longer, such as 90s, 30m or 2h', duration);
  withBy(command);
  withFormat(command, ['text', 'json']);
  const levels = ['debug', 'info', 'warn', 'error', 'silent'];
  command.addOption(new Option('--log-level <level>', 'what the log file keeps').choices(levels).default('debug'));
  command.addHelpText('after', examples);
  command.action(async (given: string, flags: RunFlags) => setExitCode(await runWorkflow(given, flags, terminal)));
}

const examples = `
Examples:
  precede run add-ob-server --sandbox --servers 2 --zone zone2
  precede run add-ob-server --sandbox --servers 3 --fault host:2=disk-full
  precede run add-ob-server --sandbox-dir ./sandbox --hosts 1,2 --store runs.db --format json
  precede run add-ob-server --inventory inventory.yaml --hosts 1,2 --zone zone1
  precede run ./my-workflow.ts --input input.json --deadline 30m`;

async function runWorkflow(given: string, flags: RunFlags, terminal: Terminal): Promise<number> {
  refuseLoneSandboxFlags(flags);
  const loaded = await loadWorkflow(given);
  const servers = flags.servers ?? serversDefault;
  const inventory = flags.inventory === undefined ? undefined : await readInventoryFile(flags.inventory);
  const input = inputFrom(loaded.source, flags, await inputDefaults(flags, { servers, inventory }));
  // Everything that can be refused without a fleet is refused before one is started.
  planOf(loaded.workflow, input, loaded.source);
  const options = { ...sandboxOptions(flags), servers };
  const interrupts = catchInterrupts();
  let sandbox: Sandbox | undefined;
  try {
    if (flags.sandbox) {
      if (terminal.err.isLive) terminal.err.lines([`Starting a sandbox of ${servers} stand-in hosts …`]);
      sandbox = await startSandbox(options);
    }
    const access = sandbox?.access ?? (await keptAccess(flags));
    if (interrupts.asked.aborted) return interrupts.exitCode();
    const hosts = hostsOf({ flags, servers, access });
    return await runOn({ loaded, input, flags, access, inventory, hosts, terminal, interrupts });
  } finally {
    await sandbox?.stop();
    interrupts.stop();
  }
}

/** On real hosts only what there is but one of goes without saying. */
async function inputDefaults(
  { sandbox, sandboxDir, hosts, store }: RunFlags,
  { servers, inventory }: { readonly servers: number; readonly inventory: FleetDescription | undefined },
): Promise<InputDefaults> {
  if (sandbox || sandboxDir !== undefined) return sandboxInput(hosts === undefined ? servers : undefined);
  return inventory ? fleetInput(inventory) : await storedInput(storePath(store));
}

async function keptAccess({ sandboxDir }: RunFlags): Promise<SandboxAccess | undefined> {
  return sandboxDir === undefined ? undefined : await accessTo(sandboxDir);
}

interface RunRequest {
  readonly loaded: LoadedWorkflow;
  readonly input: unknown;
  readonly flags: RunFlags;
  readonly access: SandboxAccess | undefined;
  readonly inventory: FleetDescription | undefined;
  readonly hosts: Hosts;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
}

async function runOn(request: RunRequest): Promise<number> {
  const { loaded, input, flags, access, inventory, hosts, terminal, interrupts } = request;
  const workflow = withFleet(loaded.workflow, { access, inventory });
  const plan = planOf(workflow, input, loaded.source);
  const isTemporary = flags.sandbox === true && flags.store === undefined;
  const storeFile = isTemporary ? temporaryStorePath() : storePath(flags.store);
  try {
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

function refuseLoneSandboxFlags({ sandbox, fault, members, emptyZones, obVersion }: RunFlags): void {
  if (sandbox) return;
  const ofSandbox = { '--fault': fault, '--members': members, '--empty-zones': emptyZones, '--ob-version': obVersion };
  const given = Object.entries(ofSandbox);
  const [lone] = given.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  if (lone === undefined) return;
  throw refusal(lone, {
    code: 'SANDBOX_FLAG',
    message: 'it says what a new sandbox is made of, and none is to be started.',
    next: 'Give --sandbox too; or give it to `precede sandbox up`.',
  });
}
