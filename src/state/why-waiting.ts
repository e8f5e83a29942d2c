import { downstreamsOf, topologicalOrder, upstreamsOf } from '../graph/index.ts';
import type { PlanShape } from '../plan/index.ts';
import type { FailurePolicy } from '../workflow/index.ts';
import { hasBegun, isLeftToUndo, isUndoable, mayGoOn } from './run-end.ts';
import type { RunRecord } from './run-record.ts';
import { isInFlight, isSatisfied, isSettledRun, type TaskState } from './task-state.ts';
import type { StandingTask, StartFacts, WaitReason } from './wait-reason.ts';

/** Everything that the reasons are read off. */
export interface WaitFacts {
  readonly plan: PlanShape;
  readonly record: RunRecord;
  readonly onFailure: FailurePolicy;
  readonly start: StartFacts;
}

/**
 * Says of every task of a run why it does not run at this instant. To be used at once: what is found out about the run
 * as a whole is kept for the next task. O(tasks + edges) in all for that, and O(upstreams or downstreams) a task.
 */
export function whyWaiting(facts: WaitFacts): (task: number) => WaitReason {
  const look: Look = { ...facts, broken: lazily(() => brokenAbove(facts)), failed: lazily(() => firstFailed(facts)) };
  return (task) => {
    for (const rule of look.record.state === 'ROLLING_BACK' ? backward : forward) {
      const reason = rule(look, task);
      if (reason) return reason;
    }
    return startReason(look, task);
  };
}

interface Look extends WaitFacts {
  /** For each task a broken one upstream of it, or -1. */
  readonly broken: () => Int32Array;
  /** The first task whose failure or cancellation holds others back; -1 when there is none. */
  readonly failed: () => number;
}

/** The reason of a task, when it is this one. */
type Rule = (look: Look, task: number) => WaitReason | undefined;

/** The first that applies is the answer: what lasts longest, or only a person can change, stands before the rest. */
const forward: readonly Rule[] = [
  running,
  unknown,
  settled,
  runEnded,
  stopped,
  cancelled,
  upstreams,
  failure,
  paused,
  backoff,
];
const backward: readonly Rule[] = [running, leftAlone, undone, stopped, downstreams, backoff];

function running({ record }: Look, task: number): WaitReason | undefined {
  const state = record.taskState(task);
  if (!isInFlight(state)) return undefined;
  return {
    kind: 'running',
    state,
    attempt: record.attempt(task),
    ...optional('sinceMs', record.taskStartedAtMs(task)),
  };
}

function unknown({ record }: Look, task: number): WaitReason | undefined {
  if (record.taskState(task) !== 'UNKNOWN') return undefined;
  return { kind: 'unknown', ...optional('error', record.error(task)) };
}

function settled({ record }: Look, task: number): WaitReason | undefined {
  const state = record.taskState(task);
  if (state === 'PENDING' || state === 'READY') return undefined;
  return { kind: 'settled', state, ...optional('error', record.error(task)) };
}

function runEnded(look: Look, task: number): WaitReason | undefined {
  const { record } = look;
  const { state } = record;
  if (!isSettledRun(state)) return undefined;
  const by = state === 'CANCELLED' ? record.cancelRequest?.by : undefined;
  const broken = state === 'FAILED' || state === 'CANCELLED' ? brokenBy(look, task) : {};
  return { kind: 'run-ended', state, ...optional('by', by), ...broken };
}

function stopped({ start: { stoppedBecause: why } }: Look): WaitReason | undefined {
  return why === undefined ? undefined : { kind: 'stopped', why };
}

function cancelled({ record: { cancelRequest } }: Look): WaitReason | undefined {
  return cancelRequest && { kind: 'cancelled', by: cancelRequest.by, sinceMs: cancelRequest.atMs };
}

function upstreams(look: Look, task: number): WaitReason | undefined {
  const { record, plan } = look;
  if (record.taskState(task) !== 'PENDING') return undefined;
  const open = ascending(upstreamsOf(plan.graph, task)).filter((upstream) => !isSatisfied(record.taskState(upstream)));
  const named = brokenFirst(open, (upstream) => isBroken(record.taskState(upstream)));
  return { kind: 'upstreams', upstreams: named.map((upstream) => standing(look, upstream)), ...brokenBy(look, task) };
}

function failure(look: Look): WaitReason | undefined {
  const { onFailure: policy, failed } = look;
  if (mayGoOn(look.record, policy) || failed() === -1) return undefined;
  return { kind: 'failure', policy, failed: standing(look, failed()) };
}

function paused({ record }: Look): WaitReason | undefined {
  if (record.state !== 'PAUSED') return undefined;
  const { pause } = record;
  return pause ? { kind: 'paused', by: pause.by, sinceMs: pause.atMs } : { kind: 'paused' };
}

function backoff({ record, start }: Look, task: number): WaitReason | undefined {
  const untilMs = record.retryAtMs(task);
  if (untilMs === undefined || !start.isBackingOff(task)) return undefined;
  const done = record.state === 'ROLLING_BACK' ? record.undoAttempt(task) : record.attempt(task);
  return { kind: 'backoff', untilMs, attempt: done + 1, ...optional('error', record.error(task)) };
}

function leftAlone({ record }: Look, task: number): WaitReason | undefined {
  return record.isToUndo(task) || hasBegun(record, task) ? undefined : { kind: 'left-alone' };
}

function undone({ record }: Look, task: number): WaitReason | undefined {
  const state = record.taskState(task);
  if (isLeftToUndo(record, task) && !record.hasUndoFailed(task)) return undefined;
  return { kind: 'settled', state, ...optional('error', record.error(task)) };
}

function downstreams(look: Look, task: number): WaitReason | undefined {
  const { record, plan } = look;
  if (isUndoable(record, task)) return undefined;
  const open = ascending(downstreamsOf(plan.graph, task)).filter((downstream) => isLeftToUndo(record, downstream));
  const named = brokenFirst(open, (downstream) => record.hasUndoFailed(downstream));
  return { kind: 'downstreams', downstreams: named.map((one) => standing(look, one)), ...brokenBy(look, task) };
}

/** As far as the record is concerned the task could start now. */
function startReason({ start }: Look, task: number): WaitReason {
  if (start.isStarting(task)) return { kind: 'starting' };
  const full = start.fullLimit(task);
  if (full) return { kind: 'limit', ...full };
  const slots = start.slotsInUse();
  return slots ? { kind: 'slot', slots } : { kind: 'starting' };
}

/** Nothing that needs it starts unless somebody does something. */
function isBroken(state: TaskState): boolean {
  return !isInFlight(state) && !isSatisfied(state) && state !== 'PENDING' && state !== 'READY';
}

/** For each task the first broken task that it has to wait for, directly or through others; -1 for none. */
function brokenAbove({ plan: { graph }, record }: WaitFacts): Int32Array {
  const above = new Int32Array(graph.size).fill(-1);
  const order = topologicalOrder(graph) ?? new Int32Array(0);
  if (record.state === 'ROLLING_BACK') {
    for (const task of order.toReversed()) {
      const next = downstreamsOf(graph, task);
      above[task] = firstBroken(next, above, (one) => record.hasUndoFailed(one));
    }
    return above;
  }
  for (const task of order) {
    above[task] = firstBroken(upstreamsOf(graph, task), above, (one) => isBroken(record.taskState(one)));
  }
  return above;
}

function firstBroken(next: Int32Array, above: Int32Array, isBrokenTask: (task: number) => boolean): number {
  const found = [...next].map((one) => (isBrokenTask(one) ? one : (above[one] ?? -1))).filter((one) => one !== -1);
  return found.reduce((first, one) => (first === -1 ? one : Math.min(first, one)), -1);
}

function firstFailed({ record }: WaitFacts): number {
  const [failed = Infinity] = record.tasksIn('FAILED');
  const [cancelledTask = Infinity] = record.tasksIn('CANCELLED');
  const first = Math.min(failed, cancelledTask);
  return first === Infinity ? -1 : first;
}

function brokenBy(look: Look, task: number): { readonly brokenBy?: StandingTask } {
  const broken = look.broken()[task] ?? -1;
  return broken === -1 ? {} : { brokenBy: standing(look, broken) };
}

function standing({ plan, record }: Look, task: number): StandingTask {
  return { number: task + 1, key: plan.tasks[task]?.key ?? '', state: record.taskState(task) };
}

function ascending(tasks: Int32Array): readonly number[] {
  return [...new Set(tasks)].sort((a, b) => a - b);
}

function brokenFirst(tasks: readonly number[], isBrokenTask: (task: number) => boolean): readonly number[] {
  return [...tasks.filter(isBrokenTask), ...tasks.filter((task) => !isBrokenTask(task))];
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [K in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: Value };
}
