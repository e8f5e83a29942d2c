import type { Plan } from '../plan/index.ts';
import { snapshotOfPlan, type RunSnapshot, type TaskSnapshot } from '../state/index.ts';

/** Whatever can be written in the documented shapes: a run, a plan, or what a run looked like at one instant. */
export type TaskSource = RunSnapshot | Plan | { snapshot(): RunSnapshot };

/** The snapshot behind a source. A plan is a run that has not begun: ids 1…n, all PENDING. */
export function snapshotOf(source: TaskSource): RunSnapshot {
  if ('snapshot' in source) return source.snapshot();
  return 'workflow' in source ? snapshotOfPlan(source) : source;
}

/** A task as it is listed. */
export interface ListedTask {
  readonly task: TaskSnapshot;
  /** Mirrors the upstreams of the others exactly. */
  readonly downstreams: readonly number[];
}

/** Tasks as they are listed: by id, ascending. O(tasks log tasks + edges). */
export function listedTasks({ tasks }: RunSnapshot): readonly ListedTask[] {
  const sorted = tasks.toSorted((a, b) => a.id - b.id);
  const downstreamsOf = new Map<number, number[]>();
  const listed = sorted.map((task): ListedTask => {
    const downstreams = downstreamsOf.get(task.id) ?? [];
    downstreamsOf.set(task.id, downstreams);
    return { task, downstreams };
  });
  for (const { id, upstreams } of sorted) for (const upstream of upstreams) downstreamsOf.get(upstream)?.push(id);
  return listed;
}

/** The fields that are known, in the order given: the wire leaves out what is unknown. */
export function known<Fields extends object>(fields: Fields): Known<Fields> {
  const result: { [Name in keyof Fields]?: Fields[Name] | undefined } = {};
  for (const name in fields) if (fields[name] !== undefined) result[name] = fields[name];
  return result as unknown as Known<Fields>;
}

/** Fields that may be undefined become fields that may be missing. */
type Known<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};
