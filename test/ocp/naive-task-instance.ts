import { resolveNames, topologicalOrder } from '../../src/graph/index.ts';
import { wireTime, wireTimeInSeconds } from '../../src/ocp/wire-time.ts';
import type { RunSnapshot, TaskSnapshot } from '../../src/state/index.ts';

/** The children of a run in the detail shape as one would write them who has time: every list looked up anew. */
export function naiveSubtasks(run: RunSnapshot, executor?: string): readonly object[] {
  const tasks = run.tasks.toSorted((a, b) => a.id - b.id);
  const series = naiveSeries(tasks);
  return tasks.map((task, index) => {
    const fields = {
      createTime: naiveTime(run, task.createdAtMs, wireTimeInSeconds),
      description: task.description,
      downstreams: tasks.flatMap(({ id, upstreams }) => upstreams.filter((up) => up === task.id).map(() => id)),
      executor,
      finishTime: naiveTime(run, task.finishedAtMs),
      id: task.id,
      name: task.name,
      nodeType: 'JAVA_TASK',
      operation: ofState[task.state]?.[1] ?? task.operation,
      parallelIdx: task.parallelIdx,
      prohibitRollback: task.irreversible,
      prohibitSkip: !task.skippable,
      runTime: Math.max(1, task.attempt),
      seriesId: series[index],
      startTime: naiveTime(run, task.startedAtMs),
      status: run.state === 'ROLLED_BACK' ? 'PENDING' : (ofState[task.state]?.[0] ?? task.state),
      taskId: run.id,
      timeout: Math.ceil((task.timeoutMs ?? 0) / 1_000),
      upstreams: task.upstreams,
    };
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  });
}

/** Status and operation where they are not the engine's own words. */
const ofState: Readonly<Record<string, readonly [status: string, operation?: string]>> = {
  UNKNOWN: ['RUNNING'],
  CANCELLING: ['CANCELING', 'CANCEL'],
  SUCCESS: ['SUCCESSFUL'],
  SKIPPED: ['SUCCESSFUL', 'SKIP'],
  CANCELLED: ['FAILED', 'CANCEL'],
  ROLLING_BACK: ['RUNNING', 'ROLLBACK'],
  ROLLED_BACK: ['PENDING', 'ROLLBACK'],
  ROLLBACK_FAILED: ['FAILED', 'ROLLBACK'],
};

function naiveTime({ utcOffsetMinutes }: RunSnapshot, atMs: number | undefined, write = wireTime): string | undefined {
  return atMs === undefined ? undefined : write({ atMs, utcOffsetMinutes });
}

/** By names, as any graph is resolved. */
function naiveSeries(tasks: readonly TaskSnapshot[]): readonly number[] {
  const named = tasks.map(({ id, upstreams }) => ({ key: String(id), upstreams: upstreams.map(String) }));
  const resolved = resolveNames(named);
  const order = resolved.kind === 'graph' ? topologicalOrder(resolved.graph) : undefined;
  return tasks.map((_, index) => (order ? order.indexOf(index) : index));
}
