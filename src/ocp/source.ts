import type { Plan } from '../plan/index.ts';
import { snapshotOfPlan, type RunSnapshot } from '../state/index.ts';

/** Whatever can be written in the documented shapes: a run, a plan, or what a run looked like at one instant. */
export type TaskSource = RunSnapshot | Plan | { snapshot(): RunSnapshot };

/** The snapshot behind a source. A plan is a run that has not begun: ids 1…n, all PENDING. */
export function snapshotOf(source: TaskSource): RunSnapshot {
  if ('snapshot' in source) return source.snapshot();
  return 'workflow' in source ? snapshotOfPlan(source) : source;
}

/** Tasks as they are listed: by id, ascending, with downstreams that mirror the upstreams exactly. O(V log V + E). */
export function listedTasks({ tasks }: RunSnapshot): readonly RunSnapshot['tasks'][number][] {
  const listed = tasks.toSorted((a, b) => a.id - b.id);
  const downstreams = new Map<number, number[]>(listed.map(({ id }) => [id, []]));
  for (const { id, upstreams } of listed) for (const upstream of upstreams) downstreams.get(upstream)?.push(id);
  return listed.map((task) => ({ ...task, downstreams: downstreams.get(task.id) ?? [] }));
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
