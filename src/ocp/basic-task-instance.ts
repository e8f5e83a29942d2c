import type { JsonObject } from '../json/index.ts';
import type { Operation, RunSnapshot } from '../state/index.ts';
import { known } from './source.ts';
import type { OcpCreator } from './task-info.ts';
import { toTaskInstance } from './task-instance.ts';
import type { OcpSubtaskStatus, OcpTaskStatus } from './wire-status.ts';

/** A run as OCP lists it. Keys in documented order. */
export interface OcpBasicTaskInstance {
  readonly cluster?: JsonObject;
  readonly creator?: OcpCreator;
  readonly finishTime?: string;
  readonly id: number;
  readonly name: string;
  readonly startTime?: string;
  readonly status: OcpTaskStatus;
  /** By id, ascending, without edges. */
  readonly subtasks: readonly OcpBasicSubtaskInstance[];
  readonly tenant?: JsonObject;
}

/** A task as OCP lists it. */
export interface OcpBasicSubtaskInstance {
  readonly description: string;
  readonly id: number;
  readonly name: string;
  readonly operation: Operation;
  readonly status: OcpSubtaskStatus;
}

/** A run in the shape of OCP's list of tasks; what is unknown is left out. O(tasks log tasks + edges). */
export function toBasicTaskInstance(run: RunSnapshot): OcpBasicTaskInstance {
  const { cluster, creator, finishTime, id, name, startTime, status, subtasks, tenant } = toTaskInstance(run);
  return known({
    cluster,
    creator,
    finishTime,
    id,
    name,
    startTime,
    status,
    subtasks: subtasks.map((subtask) => ({
      description: subtask.description,
      id: subtask.id,
      name: subtask.name,
      operation: subtask.operation,
      status: subtask.status,
    })),
    tenant,
  });
}
