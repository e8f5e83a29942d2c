import { memoryStore, serviceLookup, type Service, type TaskContext } from 'precede';
import {
  createHostConnections,
  inventoryOf,
  oceanbaseServices,
  registerSandbox,
  runCommand,
  startSandbox,
  type Inventory,
  type SandboxHost,
  type SandboxOptions,
  type ServerRecord,
  type ShellCommand,
} from 'precede/oceanbase';
import workflow from '../../../workflows/add-ob-server/index.ts';

/** What a step is tried against: a sandbox, and an inventory in which run 7 is adding host 1 to zone2. */
export interface StepSetup {
  readonly host: SandboxHost;
  readonly sqlLog: string;
  /** The context of an attempt; lines of its log go to `log`. */
  context(attempt?: number): TaskContext & { readonly lines: readonly string[] };
  inventory<Result>(work: (inventory: Inventory) => Promise<Result>): Promise<Result>;
  /** The row of the server that run 7 is adding. */
  server(): Promise<ServerRecord | undefined>;
  /** What a client of its own sees on the host: the output of a command that succeeds. */
  onHost(command: ShellCommand): Promise<string>;
  close(): Promise<void>;
}

/** The server that is added to zone2. */
export const server = {
  clusterId: 1,
  zoneName: 'zone2',
  hostId: 1,
  startupParameters: [{ name: 'memory_limit', value: '6G' }],
};

export async function setupSteps(options: SandboxOptions = {}): Promise<StepSetup> {
  const sandbox = await startSandbox({
    servers: 1,
    memberZones: ['zone1', 'zone2'],
    startServiceDelayMs: 150,
    ...options,
  });
  const store = memoryStore();
  const input = { clusterId: 1, placements: [{ zoneName: 'zone2', hostIds: [1] }], startupParameters: [] };
  const { context: runContext = { stringMap: {}, listMap: {} } } = await store.transact(async (tables) => {
    await registerSandbox(tables, sandbox.access, 1_000);
    return await workflow.hooks.admit({ input, tables, runId: 7, nowMs: 2_000 });
  });
  const opened = oceanbaseServices({ store, pollIntervalMs: 50, activeTimeoutMs: 15_000 });
  const lookup = serviceLookup(opened.services);
  const inventory: StepSetup['inventory'] = (work) => store.transact((tables) => work(inventoryOf(tables)));
  const [host] = sandbox.hosts;
  if (!host) throw new Error('a sandbox without a host');
  const outside = createHostConnections({ hosts: async (id) => ({ id, ...host.ssh }) });
  return {
    host,
    onHost: async (command) => (await runCommand(outside.session(host.id), command)).stdout,
    sqlLog: sandbox.access.sqlLog,
    inventory,
    server: () => inventory(async ({ servers }) => (await servers.list()).find(({ runId }) => runId === 7)),
    context: (attempt = 1) => {
      const lines: string[] = [];
      const write = (text: string): void => {
        lines.push(text);
      };
      return {
        ...{ input, upstream: {}, context: runContext, runId: 7, attempt, token: `test-7-${attempt}`, lines },
        signal: AbortSignal.timeout(60_000),
        log: { debug: write, info: write, warn: write, output: write },
        use: <Provided>(service: Service<Provided>) => lookup(service),
        progress: () => {},
        throwIfFenced: async () => {},
      };
    },
    close: async () => {
      await outside.close();
      await opened.close();
      await sandbox.stop();
      await store.close();
    },
  };
}
