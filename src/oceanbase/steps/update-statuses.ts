import type { CheckContext, TaskContext } from '../../workflow/index.ts';
import { serverOnHost, type Inventory } from '../inventory/inventory.ts';
import { oceanbase } from './services.ts';
import { incomplete, isAdmitted } from './site.ts';
import type { ServerToAdd, Step } from './step.ts';

/** What a row says after an update. */
export interface UpdatedStatus {
  readonly status: string;
}

/** The server's row becomes RUNNING; undo makes it CREATING again. */
export function updateServerStatus(server: ServerToAdd): Step<UpdatedStatus> {
  return statusStep({
    what: `the server on host ${server.hostId}`,
    timeoutMs: 300_000,
    former: 'CREATING',
    read: async (inventory) => (await serverOnHost(inventory, server))?.status,
    write: async (inventory, status, nowMs) => {
      const row = await serverOnHost(inventory, server);
      if (row) await inventory.servers.put({ ...row, status, updateTimeMs: nowMs });
    },
  });
}

/** The zone's row becomes RUNNING; undo makes it OPERATING again, which the end of the rollback turns into what it was. */
export function updateZoneStatus({
  clusterId,
  zoneName: name,
}: Pick<ServerToAdd, 'clusterId' | 'zoneName'>): Step<UpdatedStatus> {
  return statusStep({
    what: `zone ${name}`,
    timeoutMs: 1_800_000,
    former: 'OPERATING',
    read: async (inventory) => (await inventory.zones.get({ clusterId, name }))?.status,
    write: async (inventory, status) => {
      const row = await inventory.zones.get({ clusterId, name });
      if (row) await inventory.zones.put({ ...row, status, operateStatus: 'NORMAL' });
    },
  });
}

/** The cluster's row becomes RUNNING; it is free for others with the end of the run. Undo makes it OPERATING again. */
export function updateClusterStatus({ clusterId }: Pick<ServerToAdd, 'clusterId'>): Step<UpdatedStatus> {
  return statusStep({
    what: `cluster ${clusterId}`,
    timeoutMs: 30_000,
    former: 'OPERATING',
    read: async (inventory) => (await inventory.clusters.get(clusterId))?.status,
    write: async (inventory, status, nowMs) => {
      const row = await inventory.clusters.get(clusterId);
      if (row) await inventory.clusters.put({ ...row, status, updateTimeMs: nowMs });
    },
  });
}

interface StatusUpdate<Former extends string> {
  readonly what: string;
  readonly timeoutMs: number;
  /** What the row says before the update. */
  readonly former: Former;
  read(inventory: Inventory): Promise<string | undefined>;
  write(inventory: Inventory, status: Former | 'RUNNING', nowMs: number): Promise<void>;
}

function statusStep<Former extends string>(update: StatusUpdate<Former>): Step<UpdatedStatus> {
  const { what, former, timeoutMs } = update;
  return {
    check: async (context) => {
      const isRunning = (await readStatus(context, update)) === 'RUNNING';
      return isRunning && isAdmitted(context) ? { done: { status: 'RUNNING' } } : 'needed';
    },
    run: async (context) => {
      if (!(await writeStatus(context, update, 'RUNNING'))) throw incomplete(what);
      return { status: 'RUNNING' };
    },
    undo: async (context) => {
      await writeStatus(context, update, former);
    },
    preview: async () => [{ kind: 'note', text: `${what} becomes RUNNING` }],
    repeatable: true,
    timeoutMs,
    estimateMs: 500,
  };
}

function readStatus<Former extends string>(
  context: CheckContext,
  update: StatusUpdate<Former>,
): Promise<string | undefined> {
  return context.use(oceanbase).transact((inventory) => update.read(inventory));
}

async function writeStatus<Former extends string>(
  context: TaskContext,
  update: StatusUpdate<Former>,
  status: Former | 'RUNNING',
): Promise<boolean> {
  const { transact, nowMs } = context.use(oceanbase);
  return transact(async (inventory) => {
    if ((await update.read(inventory)) === undefined) return false;
    await update.write(inventory, status, nowMs());
    return true;
  });
}
