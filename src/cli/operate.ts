import { Option, type Command } from 'commander';
import { readInventoryFile } from '../oceanbase/index.ts';
import { createEngine, type Engine, type OperationResult, type Run } from '../run/index.ts';
import { isSettledRun, type RunState } from '../state/index.ts';
import type { LogLevel } from '../observe/index.ts';
import { carryRun } from './carry-run.ts';
import { withBy, withConcurrency, withFormat } from './common-flags.ts';
import { exitCodes } from './exit-codes.ts';
import type { Hosts } from './go-on.ts';
import { catchInterrupts } from './interrupts.ts';
import { withInventoryFlag } from './inventory-flag.ts';
import type { Output, Terminal } from './output.ts';
import { refusal } from './refusal.ts';
import { readRun, runNumber } from './run-argument.ts';
import { accessTo } from './sandbox-flags.ts';
import { openExistingStore, storePath, withStoreFlag } from './store-place.ts';
import { operationLines } from './views/operation-lines.ts';
import { loadWorkflow, type LoadedWorkflow } from './workflow-source.ts';
import { openWorkshop } from './workshop.ts';

/** The flags of every operator action. */
export interface OperateFlags {
  readonly store?: string;
  readonly dryRun?: true;
  readonly by?: string;
  readonly format: 'text' | 'json';
  readonly sandboxDir?: string;
  readonly inventory?: string;
  readonly concurrency?: number;
  readonly logLevel?: LogLevel;
}

/** What an operator action asks of the engine. */
export interface OperationOptions {
  readonly dryRun: boolean;
  readonly by?: string;
}

/** An operator action on one run. */
export interface Operation {
  /** What was done, such as `retry`. */
  readonly name: string;
  readonly run: string;
  readonly flags: OperateFlags;
  readonly terminal: Terminal;
  /** The end of the run that it asks for. @default 'SUCCESS' */
  readonly aim?: RunState | undefined;
  readonly act: (engine: Engine, runId: number, options: OperationOptions) => Promise<OperationResult>;
}

/** Adds the flags of every operator action. */
export function withOperateFlags(command: Command): Command {
  command.option('--dry-run', 'say what it would do to which task, what goes on then and what it takes; do nothing');
  withBy(command);
  withStoreFlag(command);
  return withFormat(command, ['text', 'json']);
}

/** Adds the flags of the actions that take an ended run up again and carry it to its end. */
export function withCarryFlags(command: Command): Command {
  command.option('--sandbox-dir <dir>', "the sandbox that the run's hosts are in");
  withInventoryFlag(command);
  withConcurrency(command);
  const levels = ['debug', 'info', 'warn', 'error', 'silent'];
  return command.addOption(
    new Option('--log-level <level>', 'what the log file keeps').choices(levels).default('debug'),
  );
}

/**
 * Does what an operator asked for. A run that goes on after that is carried to its end here, and its end is the exit
 * code. Nothing of a dry run is written.
 */
export async function operate(operation: Operation): Promise<number> {
  const { flags } = operation;
  const runId = runNumber(operation.run);
  const storeFile = storePath(flags.store);
  const loaded = await workflowOfRun(storeFile, runId);
  const options = { dryRun: flags.dryRun ?? false, ...(flags.by === undefined ? {} : { by: flags.by }) };
  const request = { storeFile, runId, loaded, options };
  return options.dryRun ? await rehearse(operation, request) : await act(operation, request);
}

interface Request {
  readonly storeFile: string;
  readonly runId: number;
  readonly loaded: LoadedWorkflow;
  readonly options: OperationOptions;
}

async function act(operation: Operation, { storeFile, runId, loaded, options }: Request): Promise<number> {
  const { name, terminal, flags, aim = 'SUCCESS' } = operation;
  const { concurrency, logLevel, format, by } = flags;
  const { access, inventory, hosts } = await fleetOf(flags);
  const workflows = [loaded.workflow];
  const workshop = await openWorkshop({ storeFile, access, inventory, workflows, concurrency, logLevel });
  const interrupts = catchInterrupts();
  try {
    const result = await operation.act(workshop.engine, runId, options);
    const run = await workshop.engine.run(runId);
    const goesOn = run?.isLive === true && !isSettledRun(run.state);
    if (!goesOn || format === 'text') printResult(terminal.out, { name, result, format });
    if (!goesOn) return exitCodes.done;
    const followed = { workshop, storeFile, workflow: loaded.source, hosts, interrupts };
    // What is retried or skipped may be an undo.
    const wanted = run.state === 'ROLLING_BACK' ? 'ROLLED_BACK' : aim;
    return await carryRun(run, { ...followed, terminal, format, by, aim: wanted, waitsWhilePaused: false });
  } finally {
    interrupts.stop();
    await workshop.close({ drainMs: 0 });
  }
}

/** What the flags say of the hosts that a run goes on with. */
export async function fleetOf({ sandboxDir, inventory: file }: Pick<OperateFlags, 'sandboxDir' | 'inventory'>) {
  const access = sandboxDir === undefined ? undefined : await accessTo(sandboxDir);
  const inventory = file === undefined ? undefined : await readInventoryFile(file);
  const hosts: Hosts = access ? { kind: 'kept', dir: access.dir } : { kind: 'inventory' };
  return { access, inventory, hosts };
}

async function rehearse(operation: Operation, { storeFile, runId, loaded, options }: Request): Promise<number> {
  const { name, flags, terminal } = operation;
  const store = openExistingStore(storeFile);
  try {
    const { concurrency } = flags;
    const slots = concurrency === undefined ? {} : { concurrency };
    const engine = createEngine({ store, workflows: [loaded.workflow], recover: false, ...slots });
    const result = await operation.act(engine, runId, options);
    printResult(terminal.out, { name, result, format: flags.format });
    return exitCodes.done;
  } finally {
    await store.close();
  }
}

function printResult(
  out: Output,
  { name, result, format }: { name: string; result: OperationResult; format: 'text' | 'json' },
): void {
  out.lines(format === 'json' ? [JSON.stringify(result, null, 2)] : operationLines(name, result));
}

/** The workflow that a recorded run was started with, found again where it came from. */
async function workflowOfRun(storeFile: string, runId: number): Promise<LoadedWorkflow> {
  const store = openExistingStore(storeFile);
  let run: Run;
  try {
    run = await readRun(store, runId);
  } finally {
    await store.close();
  }
  const { workflowSource, workflow } = run.header;
  if (workflowSource !== undefined) return await loadWorkflow(workflowSource);
  throw refusal(`Run ${runId}`, {
    code: 'WORKFLOW_SOURCE_UNKNOWN',
    message: `it was started by a program, which did not record where its workflow "${workflow}" is found.`,
    next: 'Act on it in that program.',
  });
}
