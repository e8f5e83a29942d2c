import type { SerializedError } from '../errors/index.ts';
import { downstreamsOf, upstreamsOf } from '../graph/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { Plan, PlanShape } from '../plan/index.ts';
import { emptyRunContext, type RunContext } from '../workflow/index.ts';
import type { Creator, RunHeader } from './run-header.ts';
import type { RunRecord } from './run-record.ts';
import type { Operation, RunState, TaskState } from './task-state.ts';

/** One task of a run at one instant. */
export interface TaskSnapshot {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly state: TaskState;
  readonly operation: Operation;
  /** 0 before the first attempt. */
  readonly attempt: number;
  /** Ids of the direct predecessors, in the order in which they are to be shown. */
  readonly upstreams: readonly number[];
  readonly downstreams: readonly number[];
  /** Position of the fan-out's item; -1 outside fan-outs. */
  readonly parallelIdx: number;
  readonly isBarrier: boolean;
  readonly irreversible: boolean;
  readonly skippable: boolean;
  readonly timeoutMs?: number;
  readonly createdAtMs?: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly retryAtMs?: number;
  readonly error?: SerializedError;
}

/** A run at one instant: its plan's shape and its states. What the documented shapes are made of. */
export interface RunSnapshot {
  readonly id: number;
  readonly name: string;
  readonly state: RunState;
  readonly operation: Operation;
  readonly tasks: readonly TaskSnapshot[];
  /** A text when it was read from a documented answer: display text, never parsed. */
  readonly context: RunContext | string;
  readonly subject?: JsonObject;
  /** The tenant that a documented answer names besides the cluster. */
  readonly tenant?: JsonObject;
  /** Some documented answers tell the creator's name alone. */
  readonly creator?: Pick<Creator, 'name'> & Partial<Creator>;
  readonly createdAtMs?: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  /** Offset from UTC in which times are written, in minutes. */
  readonly utcOffsetMinutes: number;
}

/** What a run is known by. */
export interface RunParts {
  readonly header: RunHeader;
  readonly plan: PlanShape;
  readonly record: RunRecord;
}

/** A run's snapshot. O(tasks + edges). */
export function snapshotOfRun({ header, plan, record }: RunParts): RunSnapshot {
  return {
    id: header.id,
    name: header.workflow,
    state: record.state,
    operation: record.operation,
    context: header.context,
    ...(header.subject === undefined ? {} : { subject: header.subject }),
    creator: header.creator,
    createdAtMs: header.createdAtMs,
    ...optional('startedAtMs', record.startedAtMs),
    ...optional('finishedAtMs', record.finishedAtMs),
    utcOffsetMinutes: header.utcOffsetMinutes,
    tasks: plan.tasks.map((_, task) => recorded({ header, plan, record }, task)),
  };
}

/** A plan as the snapshot of a run that has not begun: ids 1…n, all PENDING. O(tasks + edges). */
export function snapshotOfPlan(plan: Plan): RunSnapshot {
  return {
    id: 0,
    name: plan.workflow.name,
    state: 'RUNNING',
    operation: 'EXECUTE',
    context: emptyRunContext,
    utcOffsetMinutes: 0,
    tasks: plan.tasks.map((_, task) => planned(plan, task, 1)),
  };
}

function recorded({ header, plan, record }: RunParts, task: number): TaskSnapshot {
  const snapshot: Writable<TaskSnapshot> = planned(plan, task, header.firstTaskId);
  snapshot.state = record.taskState(task);
  snapshot.operation = record.taskOperation(task);
  snapshot.attempt = record.attempt(task);
  snapshot.createdAtMs = header.createdAtMs;
  const startedAtMs = record.taskStartedAtMs(task);
  const finishedAtMs = record.taskFinishedAtMs(task);
  const retryAtMs = record.retryAtMs(task);
  const error = record.error(task);
  if (startedAtMs !== undefined) snapshot.startedAtMs = startedAtMs;
  if (finishedAtMs !== undefined) snapshot.finishedAtMs = finishedAtMs;
  if (retryAtMs !== undefined) snapshot.retryAtMs = retryAtMs;
  if (error !== undefined) snapshot.error = error;
  return snapshot;
}

type Writable<Fields> = { -readonly [Name in keyof Fields]: Fields[Name] };

function planned(plan: PlanShape, task: number, firstTaskId: number): TaskSnapshot {
  const declared = plan.tasks[task];
  if (!declared) throw new RangeError(`The plan has no task ${task}.`);
  const snapshot: Writable<TaskSnapshot> = {
    id: firstTaskId + task,
    key: declared.key,
    name: declared.name,
    description: declared.description,
    state: 'PENDING',
    operation: 'EXECUTE',
    attempt: 0,
    upstreams: idsOf(upstreamsOf(plan.graph, task), firstTaskId),
    downstreams: idsOf(downstreamsOf(plan.graph, task), firstTaskId),
    parallelIdx: declared.lane?.index ?? -1,
    isBarrier: declared.kind === 'barrier',
    irreversible: declared.irreversible,
    skippable: declared.skippable,
  };
  if (declared.timeoutMs !== undefined) snapshot.timeoutMs = declared.timeoutMs;
  return snapshot;
}

/** Ascending. */
function idsOf(tasks: Int32Array, firstTaskId: number): readonly number[] {
  const ids: number[] = [];
  for (const task of tasks) ids.push(firstTaskId + task);
  return ids.length < 2 ? ids : ids.sort((a, b) => a - b);
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [K in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: Value };
}
