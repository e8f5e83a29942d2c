import type { JsonObject } from '../json/index.ts';
import type { Operation, RunSnapshot } from '../state/index.ts';
import { sortedJson } from './sorted-json.ts';
import { known } from './source.ts';
import type { OcpCreator } from './task-info.ts';
import { WireClock } from './wire-clock.ts';
import {
  operationOfTask,
  subtaskStatusOfTask,
  taskStatusOfRun,
  type OcpSubtaskStatus,
  type OcpTaskStatus,
} from './wire-status.ts';

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

/** A run in the shape of OCP's list of tasks; what is unknown is left out. O(tasks log tasks). */
export function toBasicTaskInstance(run: RunSnapshot): OcpBasicTaskInstance {
  const clock = new WireClock(run.utcOffsetMinutes);
  return known({
    cluster: run.subject && sortedJson(run.subject),
    creator: run.creator && known({ id: run.creator.id, name: run.creator.name }),
    finishTime: clock.time(run.finishedAtMs),
    id: run.id,
    name: run.name,
    startTime: clock.time(run.startedAtMs),
    status: taskStatusOfRun(run),
    subtasks: run.tasks
      .toSorted((a, b) => a.id - b.id)
      .map((task) => ({
        description: task.description,
        id: task.id,
        name: task.name,
        operation: operationOfTask(task),
        status: subtaskStatusOfTask(task, run),
      })),
    tenant: run.tenant && sortedJson(run.tenant),
  });
}
