import type { JsonValue } from '../json/index.ts';
import { DeclarationRecorder } from './declaration-recorder.ts';
import type { BarrierOptions, ForEachOptions, TaskOptions } from './task-options.ts';
import type { Task, TaskGroup, UpstreamRef } from './upstream.ts';

/** What a lane hands out: one task, or several by name. */
export type LaneResult = Task | Readonly<Record<string, Task>>;

/** A fan-out seen from outside its lanes: every task a lane handed out becomes the group of all lanes' tasks. */
export type FanOut<Result> = Result extends Task<infer Output>
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
  task<const Upstreams = Record<never, never>, Output = void>(
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

/** What an output is once it is recorded: nothing becomes null. */
export type Recorded<Output> = [Output] extends [void] ? null : Output;

/** Runs `declare` against a fresh flow and returns all that it declared. Errors that `declare` throws pass through. */
export function recordDeclaration<Input>(declare: (flow: Flow<Input>, input: Input) => void, input: Input): DeclarationRecorder {
  const recorder = new DeclarationRecorder();
  declare(flowOf(recorder), input);
  return recorder;
}

function flowOf<Input>(recorder: DeclarationRecorder): Flow<Input> {
  return {
    // The recorder forgets the types that the signatures above have checked; each cast gives one of them back.
    task: (name, options) => recorder.addTask(name, options as unknown as TaskOptions<unknown, unknown, JsonValue>) as never,
    barrier: (name, upstream, options) => recorder.addBarrier(name, upstream, options) as never,
    forEach: (items, lane, options) => recorder.addLanes(items, lane, options ?? {}) as never,
  };
}
