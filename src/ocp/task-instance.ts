import { resolveNames, topologicalOrder } from '../graph/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { Operation, RunSnapshot, TaskSnapshot } from '../state/index.ts';
import { contextObject, type OcpContext } from './context-text.ts';
import { sortedJson } from './sorted-json.ts';
import { known, listedTasks, snapshotOf, type TaskSource } from './source.ts';
import type { OcpCreator } from './task-info.ts';
import {
  operationOfRun,
  operationOfTask,
  subtaskStatusOfTask,
  taskStatusOfRun,
  type OcpSubtaskStatus,
  type OcpTaskStatus,
} from './wire-status.ts';
import { wireTime, wireTimeInSeconds } from './wire-time.ts';

/**
 * A run as OCP's task endpoints answer it: their detail shape (`WrappedTaskInstance`: cluster and creator as objects, all
 * times) with the `context`, `type` and `taskDefinitionId` of their mutations' shape besides. Keys in documented order.
 */
export interface OcpTaskInstance {
  readonly cluster?: JsonObject;
  readonly context?: OcpContext;
  readonly createTime?: string;
  readonly creator?: OcpCreator;
  readonly executor?: string;
  readonly finishTime?: string;
  readonly id: number;
  readonly name: string;
  readonly operation: Operation;
  /** Whether the run has passed a point of no return. */
  readonly prohibitRollback: boolean;
  readonly startTime?: string;
  readonly status: OcpTaskStatus;
  /** By id, ascending. */
  readonly subtasks: readonly OcpSubtaskInstance[];
  readonly taskDefinitionId: -1;
  readonly tenant?: JsonObject;
  readonly type: 'MANUAL';
}

/** A task as OCP's task endpoints answer it. */
export interface OcpSubtaskInstance {
  readonly createTime?: string;
  readonly description: string;
  readonly downstreams: readonly number[];
  readonly executor?: string;
  readonly finishTime?: string;
  readonly id: number;
  readonly name: string;
  readonly nodeType: 'JAVA_TASK';
  readonly operation: Operation;
  /** Position of the fan-out's item; -1 outside fan-outs. */
  readonly parallelIdx: number;
  /** Whether the task is a point of no return. */
  readonly prohibitRollback: boolean;
  readonly prohibitSkip: boolean;
  /** Number of executions; 1 also before the first. */
  readonly runTime: number;
  /** Position in a topological order, from 0. */
  readonly seriesId: number;
  readonly startTime?: string;
  readonly status: OcpSubtaskStatus;
  /** Id of the run. */
  readonly taskId: number;
  /** Seconds, rounded up; 0 = none. */
  readonly timeout: number;
  readonly upstreams: readonly number[];
}

export interface TaskInstanceOptions {
  /** Address of the node that executes the run. @default left out */
  readonly executor?: string;
}

/**
 * A run, a plan or a snapshot in the shape of OCP's task endpoints; what is unknown is left out, and so is a context that
 * is known as text alone. O(tasks log tasks + edges).
 */
export function toTaskInstance(source: TaskSource, { executor }: TaskInstanceOptions = {}): OcpTaskInstance {
  const run = snapshotOf(source);
  const tasks = listedTasks(run);
  const series = seriesIds(tasks);
  return known({
    cluster: run.subject && sortedJson(run.subject),
    context: typeof run.context === 'string' ? undefined : contextObject(run.context),
    createTime: timeOf(run, run.createdAtMs, wireTimeInSeconds),
    creator: run.creator && known({ id: run.creator.id, name: run.creator.name }),
    executor,
    finishTime: timeOf(run, run.finishedAtMs),
    id: run.id,
    name: run.name,
    operation: operationOfRun(run),
    prohibitRollback: tasks.some((task) => task.irreversible && hasStarted(task)),
    startTime: timeOf(run, run.startedAtMs),
    status: taskStatusOfRun(run),
    subtasks: tasks.map((task, index) => subtask({ run, task, executor, seriesId: series[index] ?? index })),
    taskDefinitionId: -1 as const,
    tenant: run.tenant && sortedJson(run.tenant),
    type: 'MANUAL' as const,
  });
}

interface SubtaskParts {
  readonly run: RunSnapshot;
  readonly task: TaskSnapshot;
  readonly executor: string | undefined;
  readonly seriesId: number;
}

function subtask({ run, task, executor, seriesId }: SubtaskParts): OcpSubtaskInstance {
  return known({
    createTime: timeOf(run, task.createdAtMs, wireTimeInSeconds),
    description: task.description,
    downstreams: task.downstreams,
    executor,
    finishTime: timeOf(run, task.finishedAtMs),
    id: task.id,
    name: task.name,
    nodeType: 'JAVA_TASK' as const,
    operation: operationOfTask(task),
    parallelIdx: task.parallelIdx,
    prohibitRollback: task.irreversible,
    prohibitSkip: !task.skippable,
    runTime: Math.max(1, task.attempt),
    seriesId,
    startTime: timeOf(run, task.startedAtMs),
    status: subtaskStatusOfTask(task, run),
    taskId: run.id,
    timeout: Math.ceil((task.timeoutMs ?? 0) / 1_000),
    upstreams: task.upstreams,
  });
}

function timeOf(run: RunSnapshot, atMs: number | undefined, write = wireTime): string | undefined {
  return atMs === undefined ? undefined : write({ atMs, utcOffsetMinutes: run.utcOffsetMinutes });
}

function hasStarted({ state }: TaskSnapshot): boolean {
  return state !== 'PENDING' && state !== 'READY' && state !== 'ROLLED_BACK';
}

/** Position of every task in a topological order; its position in the list when the edges make no sense. */
function seriesIds(tasks: readonly TaskSnapshot[]): readonly number[] {
  const resolved = resolveNames(
    tasks.map(({ id, upstreams }) => ({ key: String(id), upstreams: upstreams.map(String) })),
  );
  const order = resolved.kind === 'graph' ? topologicalOrder(resolved.graph) : undefined;
  const series = tasks.map((_, index) => index);
  for (const [position, index] of order?.entries() ?? []) series[index] = position;
  return series;
}
