import type { JsonObject } from '../json/index.ts';
import type { RunSnapshot } from '../state/index.ts';
import { known } from './source.ts';
import type { OcpSubtaskInstance } from './subtask-instance.ts';
import { toTaskInstance, type OcpTaskInstance } from './task-instance.ts';

type Times = 'createTime' | 'startTime' | 'finishTime';

/** A run as OCP answers the call that starts it: cluster and tenant by id, the creator by name. Keys in documented order. */
export interface OcpFlatTaskInstance extends Omit<
  OcpTaskInstance,
  'cluster' | 'createTime' | 'creator' | 'finishTime' | 'subtasks' | 'tenant'
> {
  readonly clusterId?: number;
  readonly creator?: string;
  /** By id, ascending. */
  readonly subtasks: readonly Omit<OcpSubtaskInstance, Times>[];
  readonly tenantId?: number;
}

/** A run in the shape of OCP's mutations; what is unknown is left out. O(tasks log tasks + edges). */
export function toFlatTaskInstance(run: RunSnapshot): OcpFlatTaskInstance {
  const {
    context,
    executor,
    id,
    name,
    operation,
    prohibitRollback,
    startTime,
    status,
    subtasks,
    taskDefinitionId,
    type,
  } = toTaskInstance(run);
  return known({
    clusterId: idOf(run.subject),
    context,
    creator: run.creator?.name,
    executor,
    id,
    name,
    operation,
    prohibitRollback,
    startTime,
    status,
    subtasks: subtasks.map(withoutTimes),
    taskDefinitionId,
    tenantId: idOf(run.tenant),
    type,
  });
}

function withoutTimes(subtask: OcpSubtaskInstance): Omit<OcpSubtaskInstance, Times> {
  const fields: { -readonly [Name in keyof OcpSubtaskInstance]: OcpSubtaskInstance[Name] } = { ...subtask };
  delete fields.createTime;
  delete fields.startTime;
  delete fields.finishTime;
  return fields;
}

function idOf(named: JsonObject | undefined): number | undefined {
  const id = named?.['id'];
  return typeof id === 'number' ? id : undefined;
}
