import { downstreamsOf, intAt, numberAt, upstreamsOf } from '../../graph/index.ts';
import type { JsonObject } from '../../json/index.ts';
import { createScrubber, type Scrubber } from '../../secrets/index.ts';
import { estimatePlan, type EstimateOptions, type PlanEstimate } from '../estimate.ts';
import type { Plan, PlanTask } from '../plan.ts';
import { undoOf } from './undo-kind.ts';

/** Counts up when a field changes its meaning or goes; not when one is added. */
const schema = 1;

/**
 * A plan as JSON for programs, keys in a fixed order, tasks in declaration order and named by their numbers, from 1.
 * Times are in milliseconds from the start of the run, as estimated: `estimateMs` is
 * what a task declares, `durationMs` what it is taken to last. Values marked as secret are masked.
 * O((tasks + edges) log tasks).
 *
 * @throws RefusedError as `estimatePlan`
 */
export function planJson(plan: Plan, options: EstimateOptions = {}): JsonObject {
  const { head, tasks } = planJsonParts(plan, options);
  return { ...head, tasks: tasks(0, plan.tasks.length) };
}

/** A plan as JSON in parts, for one that is too large to be held twice. */
export interface PlanJsonParts {
  /** Everything but `tasks`, which comes last. */
  readonly head: JsonObject;
  /** The tasks from one index up to, not including, another one. */
  readonly tasks: (from: number, to: number) => readonly JsonObject[];
}

/** As `planJson`. @throws RefusedError as `estimatePlan` */
export function planJsonParts(plan: Plan, options: EstimateOptions): PlanJsonParts {
  const scrubber = createScrubber(plan.secrets);
  const estimate = estimatePlan(plan, options);
  const { name, version, description } = plan.workflow;
  const critical = new Set(estimate.criticalPath);
  const head = {
    schema,
    workflow: scrubber.text(name),
    version: scrubber.text(version),
    description: scrubber.text(description),
    fingerprint: plan.fingerprint,
    input: scrubber.json(plan.input),
    claims: plan.claims.map((claim) => scrubber.text(claim)),
    totals: totals(plan, estimate),
    ...timing(estimate, scrubber),
    criticalPath: estimate.criticalPath.map(numberOf),
    pointOfNoReturn: pointOfNoReturn(estimate),
  };
  const taskJson = (task: PlanTask, index: number): JsonObject => ({
    ...identity(task, index, scrubber),
    ...edges(plan, index),
    estimateMs: task.estimateMs,
    ...times(estimate, index),
    isCritical: critical.has(index),
    ...settings(task, scrubber),
  });
  return { head, tasks: (from, to) => plan.tasks.slice(from, to).map((task, at) => taskJson(task, from + at)) };
}

function totals(plan: Plan, estimate: PlanEstimate): JsonObject {
  return {
    tasks: plan.tasks.length,
    edges: plan.graph.edgeCount,
    waves: estimate.waveCount,
    workMs: estimate.durationsMs.reduce((sum, durationMs) => sum + durationMs, 0),
    makespanMs: estimate.makespanMs,
    criticalPathMs: estimate.criticalPathMs,
    concurrency: countOf(estimate.concurrency),
    peakConcurrency: estimate.peakConcurrency,
  };
}

/** JSON has no Infinity; null is "as many as can". */
function countOf(count: number): number | null {
  return count === Infinity ? null : count;
}

function timing({ basis, limits, comparison, criticalPathMs }: PlanEstimate, scrubber: Scrubber): JsonObject {
  const { runs, observedSteps, steps } = basis;
  return {
    durations: { source: observedSteps > 0 ? 'observed' : 'declared', runs, observedSteps, steps },
    limits: limits.map(({ name, size, peak }) => ({ name: scrubber.text(name), size: countOf(size), peak })),
    comparison: comparison.map(({ concurrency, makespanMs, ratio, peakConcurrency }) => ({
      concurrency: countOf(concurrency),
      makespanMs,
      ratio,
      peakConcurrency,
      lowerBoundMs: criticalPathMs,
    })),
  };
}

function pointOfNoReturn({ pointOfNoReturn: point }: PlanEstimate): JsonObject | null {
  if (!point) return null;
  return {
    task: numberOf(point.task),
    irreversible: point.irreversible.map(numberOf),
    lockedIn: point.lockedIn.map(numberOf),
  };
}

function identity(task: PlanTask, index: number, scrubber: Scrubber): JsonObject {
  return {
    number: numberOf(index),
    key: scrubber.text(task.key),
    name: scrubber.text(task.name),
    description: scrubber.text(task.description),
    kind: task.kind,
    lane: task.lane ? scrubber.text(task.lane.key) : null,
    parallelIdx: task.lane?.index ?? -1,
  };
}

function edges({ graph }: Plan, index: number): JsonObject {
  return {
    upstreams: Array.from(upstreamsOf(graph, index).toSorted(), numberOf),
    downstreams: Array.from(downstreamsOf(graph, index), numberOf),
  };
}

function times(estimate: PlanEstimate, index: number): JsonObject {
  return {
    durationMs: numberAt(estimate.durationsMs, index),
    wave: intAt(estimate.waves, index) + 1,
    startMs: numberAt(estimate.startMs, index),
    finishMs: numberAt(estimate.finishMs, index),
    slackMs: numberAt(estimate.slackMs, index),
  };
}

function settings(task: PlanTask, scrubber: Scrubber): JsonObject {
  return {
    limits: task.limits.map((limit) => scrubber.text(limit)),
    timeoutMs: task.timeoutMs ?? null,
    attemptsMax: task.retry.attemptsMax,
    undo: undoOf(task),
    hasCheck: task.body.check !== undefined,
    hasPreview: task.body.preview !== undefined,
    skippable: task.skippable,
  };
}

function numberOf(index: number): number {
  return index + 1;
}
