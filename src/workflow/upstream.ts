declare const output: unique symbol;

/** Something whose output a task can read: a task, a barrier, or a fan-out's group of tasks. */
export interface UpstreamRef<out Output = unknown> {
  readonly kind: 'task' | 'group';
  readonly [output]?: (() => Output) | undefined;
}

/** One declared task. A value, not a name: a misspelt one does not compile. */
export interface Task<out Output = unknown> extends UpstreamRef<Output> {
  readonly kind: 'task';
  readonly key: string;
  readonly name: string;
  /** Position in declaration order, from 0. */
  readonly index: number;
  /** Which declaration it belongs to; using it in another one is refused. */
  readonly owner: object;
}

/** The same task of every lane of a fan-out. Its output is the list of its tasks' outputs, in item order. */
export interface TaskGroup<out Output = unknown> extends UpstreamRef<readonly Output[]> {
  readonly kind: 'group';
  readonly tasks: readonly Task<Output>[];
}

/** Upstreams by the names under which a task reads their outputs; an array of them reads by position. */
export type UpstreamRefs<Outputs> = { readonly [Name in keyof Outputs]: UpstreamRef<Outputs[Name]> };

/** The tasks behind a reference, in item order. */
export function tasksOf(reference: UpstreamRef): readonly Task[] {
  return isGroup(reference) ? reference.tasks : isTask(reference) ? [reference] : [];
}

function isTask(reference: UpstreamRef): reference is Task {
  return reference.kind === 'task';
}

function isGroup(reference: UpstreamRef): reference is TaskGroup {
  return reference.kind === 'group';
}
