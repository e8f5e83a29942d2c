import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createLogger, type OpenLog } from '../observe/index.ts';
import {
  importFleet,
  oceanbaseServices,
  readInventoryFile,
  registerSandbox,
  startSandbox,
  type FleetDescription,
  type Sandbox,
  type SandboxAccess,
} from '../oceanbase/index.ts';
import { createEngine, type Engine } from '../run/index.ts';
import { createScrubber } from '../secrets/index.ts';
import { createServer, type RequestLimit } from '../server/index.ts';
import { sqliteStore, type Store } from '../store/index.ts';
import { exitCodes } from './exit-codes.ts';
import { keptAccess, refuseLoneSandboxFlags } from './fleet-flags.ts';
import { catchInterrupts, type Interrupts } from './interrupts.ts';
import { logTaskLines } from './log-task-lines.ts';
import { prepareAdmin } from './prepare-admin.ts';
import { refuseAddress, requireFreeAddress } from './free-address.ts';
import { refusal } from './refusal.ts';
import { sandboxOptions } from './sandbox-flags.ts';
import { tlsOf, type ServeFlags } from './serve-flags.ts';
import { tellServing } from './serve-notice.ts';
import { storePath, temporaryStorePath } from './store-place.ts';
import type { Terminal } from './output.ts';
import { loadWorkflow, type LoadedWorkflow } from './workflow-source.ts';
import { knownSecrets, paceOf, stepsPerHost } from './workshop.ts';

const hostsDefault = 6;
/** Within the ten seconds that service managers give, with all that comes after it. */
const drainMs = 5_000;
const limitWindowMs = 10_000;

/** Serves until it is asked to end, and answers the exit code. */
export async function serve(flags: ServeFlags, terminal: Terminal): Promise<number> {
  refuseLoneFlags(flags);
  const tls = tlsOf(flags);
  await requireFreeAddress(flags);
  const inventory = flags.inventory === undefined ? undefined : await readInventoryFile(flags.inventory);
  const interrupts = catchInterrupts();
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await startHosts(flags, terminal);
    const access = sandbox?.access ?? (await keptAccess(flags));
    if (interrupts.asked.aborted) return interrupts.exitCode();
    return await serveOn({ flags, tls, inventory, access, terminal, interrupts });
  } finally {
    await sandbox?.stop();
    interrupts.stop();
  }
}

function refuseLoneFlags(flags: ServeFlags): void {
  refuseLoneSandboxFlags(flags);
  if (flags.servers !== undefined && !flags.sandbox) {
    throw refusal('--servers', {
      code: 'SANDBOX_FLAG',
      message: 'it counts the hosts of a sandbox.',
      next: 'Give --sandbox too.',
    });
  }
}

async function startHosts(flags: ServeFlags, { err }: Terminal): Promise<Sandbox | undefined> {
  if (!flags.sandbox) return undefined;
  if (err.isLive) err.lines(['Starting a sandbox of stand-in hosts …']);
  return await startSandbox({ ...sandboxOptions(flags), servers: flags.servers ?? hostsDefault });
}

interface Serving {
  readonly flags: ServeFlags;
  readonly tls: { cert: string; key: string } | undefined;
  readonly inventory: FleetDescription | undefined;
  readonly access: SandboxAccess | undefined;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
}

async function serveOn(serving: Serving): Promise<number> {
  const { flags } = serving;
  const isTemporary = flags.sandbox === true && flags.store === undefined;
  const storeFile = isTemporary ? temporaryStorePath() : storePath(flags.store);
  const store = sqliteStore(storeFile);
  const scrubber = createScrubber(await knownSecrets(store, serving));
  const log = createLogger({ level: flags.logLevel, destination: 2, scrubber });
  try {
    return await serveStore({ ...serving, storeFile, store, scrubber, log });
  } finally {
    await store.close();
    await log.close();
    if (isTemporary) rmSync(dirname(storeFile), { recursive: true, force: true });
  }
}

interface ServingStore extends Serving {
  readonly storeFile: string;
  readonly store: Store;
  readonly scrubber: ReturnType<typeof createScrubber>;
  readonly log: OpenLog;
}

async function serveStore(serving: ServingStore): Promise<number> {
  const { flags, access, store, scrubber, log } = serving;
  const { logger } = log;
  await takeInHosts(serving);
  const addObServer = await loadWorkflow('add-ob-server');
  const opened = oceanbaseServices({ store, onSecret: (secret) => scrubber.add(secret), ...paceOf(access) });
  const engine = createEngine({
    store,
    logger,
    secrets: scrubber,
    services: opened.services,
    workflows: [addObServer.workflow],
    limits: { 'host:*': stepsPerHost },
    ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
  });
  const stopLogging = logTaskLines(engine, logger);
  try {
    return await serveEngine({ ...serving, engine, addObServer });
  } finally {
    await engine.close({ drainMs: 0 });
    stopLogging();
    await opened.close();
  }
}

interface ServingEngine extends ServingStore {
  readonly engine: Engine;
  readonly addObServer: LoadedWorkflow;
}

async function serveEngine(serving: ServingEngine): Promise<number> {
  const { engine, addObServer, flags, tls, store, storeFile, log, access, terminal, interrupts } = serving;
  let notReady: string | undefined = 'The server is starting.';
  const app = await createServer({
    engine,
    store,
    workflows: { addObServer: addObServer.workflow },
    sources: { addObServer: addObServer.source },
    keyFile: flags.keyFile ?? `${storeFile}.key`,
    allowedHosts: flags.allowHost ?? [],
    logger: log.logger,
    notReadyBecause: () => notReady,
    ...(tls ? { tls } : {}),
    ...requestLimitOf(flags),
  });
  try {
    const url = await app.listen({ host: flags.host, port: flags.port }).catch(refuseAddress(flags));
    // Nobody is told of a password unless it can be used, and nobody waits for one who is not told.
    const admin = await prepareAdmin(store, flags.adminPasswordFile);
    notReady = undefined;
    tellServing({ url, storeFile, admin, access, format: flags.format }, terminal.out);
    await askedToEnd(interrupts);
    return exitCodes.done;
  } finally {
    notReady = 'The server is stopping.';
    await Promise.all([app.close(), engine.close({ drainMs })]);
  }
}

function requestLimitOf({ requestLimit }: ServeFlags): { readonly requestLimit?: RequestLimit } {
  if (requestLimit === undefined) return {};
  return { requestLimit: { max: requestLimit === 0 ? Infinity : requestLimit, windowMs: limitWindowMs } };
}

/** What is to be served stands in the inventory before the first request. */
async function takeInHosts({ store, access, inventory }: ServingStore): Promise<void> {
  const nowMs = Date.now();
  if (access) await store.transact((tables) => registerSandbox(tables, access, nowMs));
  if (inventory) await store.transact((tables) => importFleet(tables, inventory, nowMs));
}

function askedToEnd({ asked }: Interrupts): Promise<void> {
  if (asked.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    asked.addEventListener('abort', () => {
      resolve();
    });
  });
}
