import type { Problem } from '../errors/index.ts';
import type { Digraph } from '../graph/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { RetryOptions, TaskBody } from './task-options.ts';

/** Where one upstream output of a task comes from: one task, or a list of tasks in item order. */
export type OutputSource = { readonly task: number } | { readonly tasks: readonly number[] };

/** One lane of a fan-out. */
export interface Lane {
  readonly key: string;
  /** Position of the item, from 0; OCP's `parallelIdx`. */
  readonly index: number;
}

/** Everything that a plan needs to know of one declared task. */
export interface DeclaredTask {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly kind: 'task' | 'barrier';
  readonly lane: Lane | undefined;
  readonly body: TaskBody;
  /** Upstream outputs by name; `undefined` for a list, which reads by position. */
  readonly sources: Readonly<Record<string, OutputSource>> | readonly OutputSource[];
  readonly irreversible: boolean;
  /** Whether an attempt that nobody knows the outcome of may be sent again. */
  readonly repeatable: boolean;
  readonly retry: Required<RetryOptions>;
  readonly undoRetry: Required<RetryOptions>;
  readonly timeoutMs: number | undefined;
  readonly undoTimeoutMs: number | undefined;
  readonly estimateMs: number;
  /** Whether somebody gave the estimate; a default says nothing about the task, and a barrier has none. */
  readonly hasOwnEstimate: boolean;
  readonly limits: readonly string[];
  readonly priority: number | undefined;
  readonly skippable: boolean;
  /** What dependents read when the task is skipped; `undefined`: reading throws. */
  readonly skippedOutput: JsonValue | undefined;
}

/** What one `declare` call amounted to: the tasks in declaration order, their edges, and all that was wrong. */
export interface Declaration {
  readonly tasks: readonly DeclaredTask[];
  readonly graph: Digraph;
  /** Sizes of the limits that fan-outs made for themselves (`parallel`). */
  readonly ownLimits: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
}
