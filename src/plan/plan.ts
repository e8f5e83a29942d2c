import type { Digraph } from '../graph/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { DeclaredTask, Workflow } from '../workflow/index.ts';

/** One task of a plan. Its position in the plan is its index; its number, as users see it, is the index plus one. */
export type PlanTask = DeclaredTask;

/** The frozen, index-based expansion of a workflow for one input: what a dry run shows and what a run executes. */
export interface Plan {
  readonly workflow: Workflow;
  /** What the input schema made of the input, as JSON. */
  readonly input: JsonValue;
  readonly tasks: readonly PlanTask[];
  readonly graph: Digraph;
  /** Task indices, upstreams first. */
  readonly order: Int32Array;
  /** Sizes of the limits that fan-outs made for themselves. */
  readonly ownLimits: Readonly<Record<string, number>>;
  /** Things that no two runs may act on at once. */
  readonly claims: readonly string[];
  /** The same for two plans exactly when workflow, version, task keys and edges are the same. */
  readonly fingerprint: string;
  /** The same for two plans when their input schemas are, as far as that can be told. */
  readonly schemaFingerprint: string;
  /** Values that the input schema marked as secret; never shown, never recorded. */
  readonly secrets: readonly string[];
}

/** Task keys to indices. O(tasks). */
export function indexByKey(plan: { readonly tasks: readonly { readonly key: string }[] }): ReadonlyMap<string, number> {
  return new Map(plan.tasks.map((task, index) => [task.key, index]));
}
