import { createLogger, type LogLevel } from '../observe/index.ts';
import {
  describeInventory,
  inventoryOf,
  oceanbaseServices,
  registerSandbox,
  resolveSecret,
  type FleetDescription,
  type SandboxAccess,
  type SecretRef,
} from '../oceanbase/index.ts';
import { planWorkflow, type Plan } from '../plan/index.ts';
import { createEngine, type Engine } from '../run/index.ts';
import { createScrubber } from '../secrets/index.ts';
import { memoryStore, sqliteStore, type Store } from '../store/index.ts';
import type { Workflow } from '../workflow/index.ts';
import { DeferredFile } from './deferred-file.ts';
import { registrationOf, withRegistration } from './inventory-flag.ts';
import { logTaskLines } from './log-task-lines.ts';
import { refusal } from './refusal.ts';
import { besideStore, storeExists } from './store-place.ts';

/** What a command that runs something is given. */
export interface WorkshopOptions {
  /** Absolute path of the store. */
  readonly storeFile: string;
  /** The fleet to act on, when it is a sandbox; else what the store's inventory knows. */
  readonly access?: SandboxAccess | undefined;
  /** What an inventory file describes; taken into the store's inventory when a run is reopened. */
  readonly inventory?: FleetDescription | undefined;
  readonly workflows?: readonly Workflow[] | undefined;
  readonly concurrency?: number | undefined;
  readonly logLevel?: LogLevel | undefined;
}

/** Everything that a run needs, put together: store, services, engine, log. */
export interface Workshop {
  readonly store: Store;
  readonly engine: Engine;
  /** From now on the log is kept beside the store, under the run's number. @returns its path */
  keepLog(runId: number): string;
  /** Ends what still runs, and closes everything. Safe twice. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/** A stand-in serves within a second or two, or never; so it is looked at often, and not waited for long. */
const sandboxPace = Object.freeze({ pollIntervalMs: 200, activeTimeoutMs: 30_000 });

/** How often and how long the steps look at a sandbox; nothing of their own defaults for real hosts. */
export function paceOf(access: SandboxAccess | undefined): Partial<typeof sandboxPace> {
  return access ? sandboxPace : {};
}

/** One step a host at a time. */
export const stepsPerHost = 1;

/** Puts a run's surroundings together; nothing else does. @throws what opening the store throws */
export async function openWorkshop(options: WorkshopOptions): Promise<Workshop> {
  const { storeFile, access, inventory, workflows = [], concurrency, logLevel = 'debug' } = options;
  const store = sqliteStore(storeFile);
  const scrubber = createScrubber(await knownSecrets(store, options));
  const logFile = new DeferredFile();
  const { logger, close: closeLog } = createLogger({ level: logLevel, destination: logFile, scrubber });
  const opened = oceanbaseServices({
    store,
    onSecret: (secret) => scrubber.add(secret),
    ...paceOf(access),
  });
  const engine = createEngine({
    store,
    logger,
    secrets: scrubber,
    services: opened.services,
    workflows: workflows.map((workflow) => withFleet(workflow, { access, inventory })),
    limits: { 'host:*': stepsPerHost },
    // What somebody else has started is taken up when somebody asks for it.
    recover: false,
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  const stopListening = logTaskLines(engine, logger);
  return {
    store,
    engine,
    keepLog: (runId) => {
      const path = besideStore(storeFile, runId, 'log');
      logFile.open(path);
      return path;
    },
    close: async (closing) => {
      await engine.close(closing);
      stopListening();
      await opened.close();
      await store.close();
      await closeLog();
      logFile.destroy();
    },
  };
}

/** The secrets that the steps will use. One that is not to be had is the concern of the step that needs it. */
export async function knownSecrets(
  store: Pick<Store, 'transact'>,
  { access, inventory }: Pick<WorkshopOptions, 'access' | 'inventory'>,
): Promise<readonly string[]> {
  const references: readonly SecretRef[] = access
    ? [{ file: access.sql.passwordFile }]
    : [
        ...(inventory ? secretsOf(inventory) : []),
        ...(await store.transact(async (tables) => secretsOf(await describeInventory(inventoryOf(tables))))),
      ];
  const distinct = new Map(references.map((reference) => [JSON.stringify(reference), reference]));
  const found = await Promise.allSettled([...distinct.values()].map(resolveSecret));
  return found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** A key that stands in a file is read where a connection is opened, and goes nowhere else. */
function secretsOf({ clusters, hosts }: FleetDescription): readonly SecretRef[] {
  const keys = hosts.map(({ key }) => key).filter((key) => !('file' in key));
  return [...clusters.map(({ password }) => password), ...keys];
}

/** The workflow, which first takes the sandbox into the inventory, in the very commit that admits or reopens a run. */
function withSandbox(workflow: Workflow, access: SandboxAccess): Workflow {
  return withRegistration(workflow, (tables, nowMs) => registerSandbox(tables, access, nowMs));
}

/** The workflow as its hosts want it: with a sandbox, with an inventory file, or as it is. */
export function withFleet(
  workflow: Workflow,
  { access, inventory }: Pick<WorkshopOptions, 'access' | 'inventory'>,
): Workflow {
  if (access) return withSandbox(workflow, access);
  return inventory ? withRegistration(workflow, registrationOf(inventory)) : workflow;
}

/**
 * Asks the workflow whether it would admit the run to a store that does not exist yet, so that a refusal does not leave
 * an empty one behind.
 *
 * @throws whatever the workflow refuses with
 */
export async function rehearseAdmission(plan: Plan, storeFile: string): Promise<void> {
  if (storeExists(storeFile)) return;
  const store = memoryStore();
  await store.transact(async (tables) => {
    await plan.workflow.hooks.admit({ input: plan.input, tables, runId: 1, nowMs: Date.now() });
  });
  await store.close();
}

/** Plans a workflow that somebody else wrote: what its declaration throws is a refusal like any other. */
export function planOf(workflow: Workflow, input: unknown, source: string): Plan {
  try {
    return planWorkflow(workflow, input);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && 'next' in cause) throw cause;
    const message = `its declaration threw: ${cause instanceof Error ? cause.message : String(cause)}`;
    const next = 'Correct the workflow; --debug shows the stack.';
    throw Object.assign(refusal(source, { code: 'WORKFLOW_FAILED', message, next }), { cause });
  }
}
