import type { Operation, RunSnapshot } from '../state/index.ts';
import { seriesIds } from './series-ids.ts';
import { listedTasks, snapshotOf, type ListedTask, type TaskSource } from './source.ts';
import { WireClock } from './wire-clock.ts';
import { operationOfTask, subtaskStatusOfTask, type OcpSubtaskStatus } from './wire-status.ts';

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
 * One task of a run as `toTaskInstance` has it; undefined when the run has none with this id. O(tasks log tasks + edges)
 * for its place in the order, but the others are not written.
 */
export function toSubtaskInstance(
  source: TaskSource,
  subtaskId: number,
  { executor }: TaskInstanceOptions = {},
): OcpSubtaskInstance | undefined {
  const run = snapshotOf(source);
  const tasks = listedTasks(run);
  const index = tasks.findIndex(({ task }) => task.id === subtaskId);
  const listed = tasks[index];
  if (!listed) return undefined;
  const seriesId = seriesIds(tasks.map(({ task }) => task))[index] ?? index;
  return subtaskInstance(listed, seriesId, { run, clock: new WireClock(run.utcOffsetMinutes), executor });
}

/** What all tasks of a run have in common. */
export interface SubtaskParts {
  readonly run: RunSnapshot;
  readonly clock: WireClock;
  readonly executor: string | undefined;
}

/** All listed tasks of a run. O(tasks + edges). */
export function subtaskInstances(tasks: readonly ListedTask[], parts: SubtaskParts): readonly OcpSubtaskInstance[] {
  const series = seriesIds(tasks.map(({ task }) => task));
  return tasks.map((listed, index) => subtaskInstance(listed, series[index] ?? index, parts));
}

/** Set one by one: V8 keeps such objects fast, which ones filled in a loop are not. A run may have 100,000 of them. */
function subtaskInstance(
  { task, downstreams }: ListedTask,
  seriesId: number,
  { run, clock, executor }: SubtaskParts,
): OcpSubtaskInstance {
  const fields: Partial<Writable<OcpSubtaskInstance>> = {};
  const createTime = clock.timeInSeconds(task.createdAtMs);
  const finishTime = clock.time(task.finishedAtMs);
  const startTime = clock.time(task.startedAtMs);
  if (createTime !== undefined) fields.createTime = createTime;
  fields.description = task.description;
  fields.downstreams = downstreams;
  if (executor !== undefined) fields.executor = executor;
  if (finishTime !== undefined) fields.finishTime = finishTime;
  fields.id = task.id;
  fields.name = task.name;
  fields.nodeType = 'JAVA_TASK';
  fields.operation = operationOfTask(task);
  fields.parallelIdx = task.parallelIdx;
  fields.prohibitRollback = task.irreversible;
  fields.prohibitSkip = !task.skippable;
  fields.runTime = Math.max(1, task.attempt);
  fields.seriesId = seriesId;
  if (startTime !== undefined) fields.startTime = startTime;
  fields.status = subtaskStatusOfTask(task, run);
  fields.taskId = run.id;
  fields.timeout = Math.ceil((task.timeoutMs ?? 0) / 1_000);
  fields.upstreams = task.upstreams;
  return fields as OcpSubtaskInstance;
}

type Writable<Fields> = { -readonly [Name in keyof Fields]: Fields[Name] };
