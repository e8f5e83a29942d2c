import type { Problem } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import { DeclarationRecorder } from './declaration-recorder.ts';
import type { BarrierOptions, ForEachOptions, TaskOptions } from './task-options.ts';
import type { Task, TaskGroup, UpstreamRef } from './upstream.ts';

/** What a lane hands out: one task, or several by name. */
export type LaneResult = Task | Readonly<Record<string, Task>>;

/** A fan-out seen from outside its lanes: every task a lane handed out becomes the group of all lanes' tasks. */
export type FanOut<Result> = [Result] extends [Task<infer Output>]
  ? TaskGroup<Output>
  : { readonly [Name in keyof Result]: Result[Name] extends Task<infer Output> ? TaskGroup<Output> : never };

/** Output of a barrier: its upstream's, or its upstreams' by position. */
export type BarrierOutput<Joined> =
  Joined extends UpstreamRef<infer Output>
    ? Output
    : { readonly [Position in keyof Joined]: Joined[Position] extends UpstreamRef<infer Output> ? Output : never };

/** Where a workflow's tasks are declared. */
export interface Flow<Input = unknown> {
  /** Declares one task. A reference must exist before it is used, so no cycle can be declared. O(its upstreams). */
  // Output comes first so that it needs no default: with one, any option that mentions it would settle it before `run`.
  task<Output, const Upstreams = object>(
    name: string,
    options: TaskOptions<Input, Upstreams, Output>,
  ): Task<Recorded<Output>>;

  /** Declares the tasks of one lane for every item. Zero items are legal unless `itemsMin` says otherwise. */
  forEach<Item, Result extends LaneResult>(
    items: readonly Item[],
    lane: (item: Item, index: number) => Result,
    options?: ForEachOptions<Item>,
  ): FanOut<Result>;

  /** Declares one task that only joins: n + m edges instead of n × m. It passes on its upstreams' outputs. */
  barrier<const Joined extends UpstreamRef | readonly UpstreamRef[]>(
    name: string,
    upstream: Joined,
    options?: BarrierOptions,
  ): Task<BarrierOutput<Joined>>;
}

/** What an output is once it is recorded: nothing becomes null, and what `any` hides is not known. */
export type Recorded<Output> = 0 extends 1 & Output
  ? unknown
  : undefined extends Output
    ? Exclude<Output, Nothing> | null
    : [Output] extends [Nothing]
      ? null
      : Exclude<Output, Nothing>;

type Nothing = ReturnType<() => void> | undefined;

/**
 * Runs `declare` against a fresh flow and returns all that it declared. Errors that `declare` throws pass through. That it
 * is asynchronous is a problem: what it declares later would be lost.
 */
export function recordDeclaration<Input>(
  declare: (flow: Flow<Input>, input: Input) => void,
  input: Input,
): DeclarationRecorder {
  const recorder = new DeclarationRecorder();
  const declareAny: (flow: Flow<Input>, input: Input) => unknown = declare;
  const returned = declareAny(flowOf(recorder), input);
  if (returned instanceof Promise) {
    returned.catch(() => undefined);
    recorder.refuse(asynchronousDeclare);
  }
  return recorder;
}

const asynchronousDeclare: Problem = {
  code: 'ASYNCHRONOUS_DECLARE',
  message: 'The declare function is asynchronous; what it declares after it first waits would be lost.',
  next: 'Make it synchronous. What has to be looked up belongs into a first task, or into `admit`.',
};

function flowOf<Input>(recorder: DeclarationRecorder): Flow<Input> {
  return {
    // The recorder forgets the types that the signatures above have checked; each cast gives one of them back.
    task: (name, options) =>
      recorder.addTask(name, options as unknown as TaskOptions<unknown, unknown, JsonValue>) as never,
    barrier: (name, upstream, options) => recorder.addBarrier(name, upstream, options) as never,
    forEach: (items, lane, options) => recorder.addLanes(items, lane, options ?? {}) as never,
  };
}
