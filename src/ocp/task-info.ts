import type { JsonObject } from '../json/index.ts';
import type { Operation, RunSnapshot } from '../state/index.ts';
import { contextText } from './context-text.ts';
import { sortedJson } from './sorted-json.ts';
import { known, listedTasks, snapshotOf, type TaskSource } from './source.ts';
import { operationOfTask, statusOfRun, statusOfTask, type OcpStatus } from './wire-status.ts';
import { wireTime } from './wire-time.ts';

/** A run in the seed's shape: children under `tasks`, the context as one string. Keys in documented order. */
export interface OcpTaskInfo {
  /** `id`, `name` and `obClusterId`, and whatever else is known of the cluster that the run acts on. */
  readonly cluster?: JsonObject;
  readonly context?: string;
  readonly creator?: OcpCreator;
  readonly id: number;
  readonly name: string;
  readonly startTime?: string;
  readonly status: OcpStatus;
  /** By id, ascending. */
  readonly tasks: readonly OcpChildInfo[];
  readonly tenant?: JsonObject;
}

/** Who started a run. Some answers tell the name alone. */
export interface OcpCreator {
  readonly id?: number;
  readonly name: string;
}

/** A task in the seed's shape. `upstreams` and `downstreams` hold ids and mirror each other exactly. */
export interface OcpChildInfo {
  readonly description: string;
  readonly downstreams: readonly number[];
  readonly id: number;
  readonly name: string;
  readonly operation: Operation;
  readonly status: OcpStatus;
  readonly upstreams: readonly number[];
}

/**
 * A run, a plan or a snapshot in the seed's documented shape; what is unknown is left out. Of a plan every task is
 * PENDING and has its number as its id. O(tasks log tasks + edges).
 */
export function toTaskInfo(source: TaskSource): OcpTaskInfo {
  const run = snapshotOf(source);
  return known({
    cluster: run.subject && sortedJson(run.subject),
    context: contextOf(run),
    creator: run.creator && known({ id: run.creator.id, name: run.creator.name }),
    id: run.id,
    name: run.name,
    startTime: run.startedAtMs === undefined ? undefined : startTime(run, run.startedAtMs),
    status: statusOfRun(run),
    tasks: listedTasks(run).map(({ task, downstreams }) => ({
      description: task.description,
      downstreams,
      id: task.id,
      name: task.name,
      operation: operationOfTask(task),
      status: statusOfTask(task, run),
      upstreams: task.upstreams,
    })),
    tenant: run.tenant && sortedJson(run.tenant),
  });
}

function startTime({ utcOffsetMinutes }: RunSnapshot, atMs: number): string {
  return wireTime({ atMs, utcOffsetMinutes });
}

/** The empty text stands for a context that an answer did not tell. */
function contextOf({ context }: RunSnapshot): string | undefined {
  if (typeof context !== 'string') return contextText(context);
  return context === '' ? undefined : context;
}
