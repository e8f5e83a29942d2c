import { taskStatusOfRun, type OcpTaskStatus } from '../../ocp/index.ts';
import type { RunHeader, RunState } from '../../state/index.ts';

/** What task lists are filtered by and what of a run never changes. */
export interface RunFacts {
  readonly id: number;
  readonly name: string;
  readonly clusterId: number | null;
  readonly clusterName: string | null;
  readonly hostIds: readonly number[];
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  readonly creator: string;
}

/** A run as task lists find it. */
export interface ListedRun {
  readonly facts: RunFacts;
  readonly status: OcpTaskStatus;
}

/** What is kept of a run. Whatever a header does not tell, or tells in another form, is null or left out. */
export function factsOfRun({ id, workflow, subject, context, createdAtMs, creator }: RunHeader): RunFacts {
  const { id: clusterId, name: clusterName } = subject ?? {};
  return {
    id,
    name: workflow,
    clusterId: typeof clusterId === 'number' ? clusterId : null,
    clusterName: typeof clusterName === 'string' ? clusterName : null,
    hostIds: (context.listMap['host_ids'] ?? []).filter((hostId) => /^\d+$/.test(hostId)).map(Number),
    createdAtMs,
    creator: creator.name,
  };
}

/** The run with the word for its state. */
export function listedRun(facts: RunFacts, state: RunState): ListedRun {
  return { facts, status: taskStatusOfRun({ state }) };
}
