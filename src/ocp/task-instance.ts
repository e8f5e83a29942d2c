import type { JsonObject } from '../json/index.ts';
import type { Operation, TaskSnapshot } from '../state/index.ts';
import { contextObject, type OcpContext } from './context-text.ts';
import { sortedJson } from './sorted-json.ts';
import { known, listedTasks, snapshotOf, type TaskSource } from './source.ts';
import { subtaskInstances, type OcpSubtaskInstance, type TaskInstanceOptions } from './subtask-instance.ts';
import type { OcpCreator } from './task-info.ts';
import { WireClock } from './wire-clock.ts';
import { operationOfRun, taskStatusOfRun, type OcpTaskStatus } from './wire-status.ts';

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

/**
 * A run, a plan or a snapshot in the shape of OCP's task endpoints; what is unknown is left out, and so is a context that
 * is known as text alone. O(tasks log tasks + edges).
 */
export function toTaskInstance(source: TaskSource, { executor }: TaskInstanceOptions = {}): OcpTaskInstance {
  const run = snapshotOf(source);
  const tasks = listedTasks(run);
  const clock = new WireClock(run.utcOffsetMinutes);
  return known({
    cluster: run.subject && sortedJson(run.subject),
    context: typeof run.context === 'string' ? undefined : contextObject(run.context),
    createTime: clock.timeInSeconds(run.createdAtMs),
    creator: run.creator && known({ id: run.creator.id, name: run.creator.name }),
    executor,
    finishTime: clock.time(run.finishedAtMs),
    id: run.id,
    name: run.name,
    operation: operationOfRun(run),
    prohibitRollback: tasks.some(({ task }) => task.irreversible && hasStarted(task)),
    startTime: clock.time(run.startedAtMs),
    status: taskStatusOfRun(run),
    subtasks: subtaskInstances(tasks, { run, clock, executor }),
    taskDefinitionId: -1 as const,
    tenant: run.tenant && sortedJson(run.tenant),
    type: 'MANUAL' as const,
  });
}

function hasStarted({ state }: TaskSnapshot): boolean {
  return state !== 'PENDING' && state !== 'READY' && state !== 'ROLLED_BACK';
}
