import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext } from '../../workflow/index.ts';
import { serverOnHost } from '../inventory/inventory.ts';
import type { ServerRecord } from '../inventory/server-record.ts';
import { oceanbase } from './services.ts';
import type { ServerToAdd, Step } from './step.ts';

/**
 * Proves that what the admission of the run has written still stands: the cluster OPERATING for a run and a row for
 * every server. The former statuses are restored, and the rows dropped, in the commit that ends the run.
 */
export function prepareAddObserver(servers: readonly ServerToAdd[]): Step<{ serverIds: readonly number[] }> {
  return {
    check: async (context) => {
      const rows = await preparedRows(context, servers);
      return rows ? { done: { serverIds: rows.map(({ id }) => id) } } : 'needed';
    },
    run: async (context) => {
      const rows = await preparedRows(context, servers);
      if (!rows) throw notPrepared(servers);
      return { serverIds: rows.map(({ id }) => id) };
    },
    preview: async () => [
      { kind: 'note', text: `cluster ${servers[0]?.clusterId ?? 0} and its zones become OPERATING` },
      ...servers.map(({ hostId, zoneName }) => ({
        kind: 'note' as const,
        text: `a server row CREATING for host ${hostId} in ${zoneName}`,
      })),
    ],
    repeatable: true,
    timeoutMs: 300_000,
    estimateMs: 500,
  };
}

/** The rows of all the servers, in their order; undefined unless everything is prepared. */
async function preparedRows(
  context: CheckContext,
  servers: readonly ServerToAdd[],
): Promise<readonly ServerRecord[] | undefined> {
  return context.use(oceanbase).transact(async (inventory) => {
    const rows: ServerRecord[] = [];
    for (const { clusterId, hostId } of servers) {
      const cluster = await inventory.clusters.get(clusterId);
      const row = await serverOnHost(inventory, { clusterId, hostId });
      const holder = cluster?.operatingRunId ?? undefined;
      if (holder === undefined || row?.runId !== holder) return undefined;
      rows.push(row);
    }
    return rows;
  });
}

function notPrepared(servers: readonly ServerToAdd[]): PrecedeError<'NOT_PREPARED'> {
  const [first] = servers;
  return new PrecedeError('NOT_PREPARED', {
    message: `Cluster ${first?.clusterId ?? 0} is not OPERATING for this run, or a server has lost its row.`,
    next: 'Somebody changed the inventory during the run: roll back and start anew.',
    details: { hostIds: servers.map(({ hostId }) => hostId) },
  });
}
