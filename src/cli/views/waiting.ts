import type { RunSnapshot, TaskSnapshot } from '../../state/index.ts';
import { isInFlight, isSatisfied } from '../../state/index.ts';
import { durationText } from '../../plan/index.ts';
import type { StepTable } from './steps.ts';

/** A run at one instant, as views look at it. */
export interface Instant {
  readonly snapshot: RunSnapshot;
  readonly table: StepTable;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

const namedMax = 2;

/**
 * What tasks that have not started wait for, in a few words: upstreams, the next attempt, a slot, the operator. Empty
 * when they do not wait. O(their upstreams).
 */
export function waitingText(instant: Instant, tasks: readonly number[]): string {
  const waiting = tasks.flatMap((index) => {
    const task = instant.snapshot.tasks[index];
    return task && (task.state === 'PENDING' || task.state === 'READY') ? [task] : [];
  });
  const [first] = waiting;
  if (!first) return '';
  const pending = waiting.filter(({ state }) => state === 'PENDING');
  if (pending.length > 0) return upstreamText(instant, pending);
  const { retryAtMs } = first;
  if (retryAtMs !== undefined) return `next attempt in ${durationText(retryAtMs - instant.nowMs)}`;
  if (instant.snapshot.state === 'PAUSED') return 'paused';
  return hasFailed(instant.snapshot) ? 'stays: the run has failed' : 'waits for a free slot';
}

function upstreamText({ snapshot, table }: Instant, tasks: readonly TaskSnapshot[]): string {
  const firstId = snapshot.tasks[0]?.id ?? 0;
  const indices = new Set(tasks.flatMap(({ upstreams }) => upstreams.map((id) => id - firstId)));
  const open = [...indices].filter((index) => !isSatisfied(snapshot.tasks[index]?.state ?? 'PENDING'));
  const broken = open.filter((index) => isBroken(snapshot.tasks[index]));
  const names = stepNames(table, broken.length > 0 ? broken : open);
  if (names.length === 0) return '';
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : '';
  const verb = broken.length > 0 ? 'held up by' : 'waits for';
  return `${verb} ${names.slice(0, namedMax).join(', ')}${more}`;
}

/** Tasks by their steps; hosts are named where not the whole step is meant. */
function stepNames({ steps, stepOf, laneOf }: StepTable, tasks: readonly number[]): readonly string[] {
  const byStep = Map.groupBy(tasks, (task) => stepOf[task] ?? -1);
  return Array.from(byStep, ([at, members]) => {
    const { title = '', tasks: all = [], lanes = [] } = steps[at] ?? {};
    if (lanes.length === 0 || members.length === all.length) return title;
    const named = members.slice(0, namedMax).map((task) => laneOf[task] ?? '');
    const more = members.length > namedMax ? ` and ${members.length - namedMax} more` : '';
    return `${title} (${named.join(', ')}${more})`;
  });
}

/** Nothing downstream of it will start unless somebody does something. */
function isBroken(task: TaskSnapshot | undefined): boolean {
  return task !== undefined && !isInFlight(task.state) && !['PENDING', 'READY'].includes(task.state);
}

function hasFailed({ tasks }: RunSnapshot): boolean {
  return tasks.some(({ state }) => state === 'FAILED' || state === 'CANCELLED');
}
