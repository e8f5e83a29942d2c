import { RefusedError } from '../errors/index.ts';
import type { LogLevel } from '../observe/index.ts';
import { EngineClosedError, type Recovered, type Run } from '../run/index.ts';
import { carryRun, leaveDrainMs, tellEnd, type Carriage } from './carry-run.ts';
import { complain } from './complaint.ts';
import { exitCodes } from './exit-codes.ts';
import { catchInterrupts } from './interrupts.ts';
import { fleetOf } from './operate.ts';
import type { Output, Terminal } from './output.ts';
import { runEnd } from './run-end.ts';
import { openExistingStore, storePath } from './store-place.ts';
import { loadWorkflow, type LoadedWorkflow } from './workflow-source.ts';
import { openWorkshop } from './workshop.ts';

export interface RecoverFlags {
  readonly store?: string;
  readonly acceptChanges?: true;
  readonly by?: string;
  readonly format: 'text' | 'json';
  readonly sandboxDir?: string;
  readonly inventory?: string;
  readonly concurrency?: number;
  readonly logLevel?: LogLevel;
}

/** Takes up every open run whose process has ended, carries it to its end, and answers the exit code. */
export async function recover(flags: RecoverFlags, terminal: Terminal): Promise<number> {
  const storeFile = storePath(flags.store);
  const { loaded, failures } = await workflowsOfOpenRuns(storeFile);
  const { access, inventory, hosts } = await fleetOf(flags);
  const workflows = loaded.map(({ workflow }) => workflow);
  const { concurrency, logLevel } = flags;
  const interrupts = catchInterrupts();
  const workshop = await openWorkshop({ storeFile, access, inventory, workflows, concurrency, logLevel });
  // Taking runs up may take a while, for those whose process may be alive, or that are on trial.
  const leave = (): void => void workshop.close({ drainMs: leaveDrainMs });
  interrupts.asked.addEventListener('abort', leave);
  try {
    const { acceptChanges = false, by, format } = flags;
    const options = { acceptChanges, ...(by === undefined ? {} : { by }) };
    const recovered = await workshop.engine.recover(options);
    const carriage = { workshop, storeFile, hosts, terminal, format, interrupts, by } as const;
    return await carryAll(recovered, { ...carriage, loaded, failures });
  } catch (error) {
    if (error instanceof EngineClosedError && interrupts.asked.aborted) return interrupts.exitCode();
    throw error;
  } finally {
    interrupts.stop();
    await workshop.close({ drainMs: 0 });
  }
}

interface CarriageOfAll extends Omit<Carriage, 'workflow'> {
  readonly loaded: readonly LoadedWorkflow[];
  readonly failures: ReadonlyMap<number, RefusedError>;
}

async function carryAll({ runs, refused }: Recovered, carriage: CarriageOfAll): Promise<number> {
  const { terminal, format, failures } = carriage;
  for (const { runId, error } of refused) {
    terminal.err.lines([`Run ${runId} is not taken up:`]);
    complain(failures.get(runId) ?? error, terminal.err, { isDebug: false });
  }
  const [only] = runs;
  if (!only) {
    if (refused.length === 0) terminal.err.lines(['There is no open run whose process has ended.']);
    if (format === 'json') terminal.out.write('[]\n');
    return refused.length === 0 ? exitCodes.done : exitCodes.refused;
  }
  const single = {
    ...carriage,
    workflow: sourceOf(only, carriage),
    waitsWhilePaused: false,
    onSignal: 'leave',
  } as const;
  const code = runs.length === 1 ? await carryRun(only, single) : await carrySeveral(runs, carriage);
  return refused.length === 0 ? code : exitCodes.failed;
}

/** Several runs at a time: one line for each that ends, no redrawing. */
async function carrySeveral(runs: readonly Run[], carriage: CarriageOfAll): Promise<number> {
  const { workshop, terminal, format } = carriage;
  const watched = format === 'json' ? terminal.err : terminal.out;
  const [first] = runs;
  const logFile = workshop.keepLog(first?.id ?? 0);
  watched.lines([`Taking up ${runs.length} runs: ${runs.map(({ id }) => id).join(', ')}`]);
  const ended = runs.map(async (run): Promise<string> => {
    const end = await runEnd(workshop.engine, run, { waitsWhilePaused: false });
    return await tellEnd(run, end, { ...carriage, workflow: sourceOf(run, carriage), logFile });
  });
  const results = await Promise.allSettled(ended);
  for (const [at, result] of results.entries()) tellLost(runs[at], result, terminal.err);
  const documents = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (format === 'json') terminal.out.write(`[${documents.join(',\n')}]\n`);
  const isDone = documents.length === runs.length && runs.every(({ state }) => state === 'SUCCESS');
  return isDone ? exitCodes.done : exitCodes.failed;
}

/** How one run fares is no matter for the others; but they are all left when this process is asked to end. */
function tellLost(run: Run | undefined, result: PromiseSettledResult<string>, err: Output): void {
  if (result.status === 'fulfilled') return;
  if (result.reason instanceof EngineClosedError) throw result.reason;
  err.lines([`Run ${run?.id} was not carried to its end:`]);
  complain(result.reason, err, { isDebug: false });
}

function sourceOf({ header }: Run, { loaded }: CarriageOfAll): string {
  return loaded.find(({ source }) => source === header.workflowSource)?.source ?? header.workflow;
}

interface Sources {
  readonly loaded: readonly LoadedWorkflow[];
  /** Why the workflow of a run could not be loaded, by the run's number. */
  readonly failures: ReadonlyMap<number, RefusedError>;
}

/** The workflows of all open runs, found again where they came from. */
async function workflowsOfOpenRuns(storeFile: string): Promise<Sources> {
  const store = openExistingStore(storeFile);
  try {
    const loaded = new Map<string, LoadedWorkflow>();
    const failures = new Map<number, RefusedError>();
    for (const { runId } of await store.openRuns()) {
      const { workflowSource } = (await store.readRun(runId))?.header ?? {};
      if (workflowSource === undefined || loaded.has(workflowSource)) continue;
      try {
        loaded.set(workflowSource, await loadWorkflow(workflowSource));
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        failures.set(runId, error as RefusedError);
      }
    }
    return { loaded: [...loaded.values()], failures };
  } finally {
    await store.close();
  }
}
