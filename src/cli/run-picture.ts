import { topologicalOrder } from '../graph/index.ts';
import { estimatePlan, planHtml, type Paged } from '../plan/index.ts';
import type { Run } from '../run/index.ts';
import { stepsPerHost } from './workshop.ts';

/** The sizes of named limits under which runs are run and estimated. */
export const limitsAsRun: Readonly<Record<string, number>> = Object.freeze({ 'host:*': stepsPerHost });

/** A run's own plan, as it was recorded: its workflow need not be at hand. */
export function recordedPlan({ header, plan: { tasks, graph } }: Run): Paged {
  const order = topologicalOrder(graph) ?? new Int32Array(0);
  return { workflow: { name: header.workflow, version: header.workflowVersion }, tasks, graph, order, secrets: [] };
}

/** A run as a page: planned against actual. Estimated with the concurrency of an engine of its own. */
export function runHtml(run: Run): string {
  const plan = recordedPlan(run);
  const concurrency = 16;
  // How many lanes of a fan-out may run at a time is not recorded; that it is any number is the closest guess.
  const limits = { ...limitsAsRun, 'fan-out#*': concurrency };
  return planHtml(plan, estimatePlan({ ...plan, ownLimits: {} }, { concurrency, limits }), { actual: run.snapshot() });
}
