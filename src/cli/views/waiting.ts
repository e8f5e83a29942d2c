import { isInFlight, isSatisfied, isSettledRun, type RunSnapshot, type TaskSnapshot } from '../../state/index.ts';

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
  if (isSettledRun(instant.snapshot.state)) return afterEnd(instant, pending);
  if (pending.length > 0) return upstreamText(instant, pending);
  return readyText(instant, first);
}

function readyText({ snapshot, nowMs }: Instant, { retryAtMs }: TaskSnapshot): string {
  if (snapshot.state === 'PAUSED') return 'paused';
  if (retryAtMs !== undefined) return `next attempt in ${durationText(retryAtMs - nowMs)}`;
  return hasFailed(snapshot) ? 'is not started: another task has failed' : 'waits for a free slot';
}

/** Of a run that has ended, only what kept a task from starting is worth a word. */
function afterEnd(instant: Instant, pending: readonly TaskSnapshot[]): string {
  const { state } = instant.snapshot;
  const text = state === 'FAILED' || state === 'CANCELLED' ? upstreamText(instant, pending) : '';
  return text.startsWith(heldUp) ? text : '';
}

const heldUp = 'held up by';

function upstreamText({ snapshot, table }: Instant, tasks: readonly TaskSnapshot[]): string {
  const firstId = snapshot.tasks[0]?.id ?? 0;
  const indices = new Set(tasks.flatMap(({ upstreams }) => upstreams.map((id) => id - firstId)));
  const open = [...indices].filter((index) => !isSatisfied(snapshot.tasks[index]?.state ?? 'PENDING'));
  const broken = open.filter((index) => isBroken(snapshot.tasks[index]));
  const names = stepNames(table, broken.length > 0 ? broken : open);
  if (names.length === 0) return '';
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : '';
  const verb = broken.length > 0 ? heldUp : 'waits for';
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
