import { PrecedeError, type Problem } from '../errors/index.ts';
import { displayName, UpstreamBuilder } from '../graph/index.ts';
import type { JsonValue } from '../json/index.ts';
import type { Declaration, DeclaredTask, Lane, OutputSource } from './declaration.ts';
import { groupsOf, laneResultProblems, noLanes } from './lane-groups.ts';
import { SharedParts } from './shared-parts.ts';
import { TaskKeys } from './task-keys.ts';
import type { BarrierOptions, ForEachOptions, TaskBody, TaskOptions } from './task-options.ts';
import {
  barrierOptionNames,
  bodyProblems,
  estimateDefaultMs,
  forEachOptionNames,
  retryDefaults,
  settingProblems,
  taskOptionNames,
  unknownOptions,
} from './task-settings.ts';
import { tasksOf, type Task, type TaskGroup, type UpstreamRef } from './upstream.ts';

type Options = TaskOptions<unknown, unknown, JsonValue>;
type Sources = DeclaredTask['sources'];

/** Collects what a `declare` function declares, in order, with every problem on the way instead of the first alone. */
export class DeclarationRecorder {
  readonly #tasks: DeclaredTask[] = [];
  readonly #edges = new UpstreamBuilder();
  readonly #keys = new TaskKeys();
  readonly #problems: Problem[] = [];
  readonly #shared = new SharedParts();
  readonly #ownLimits: Record<string, number> = {};
  #isFinished = false;
  #fanOut: { readonly lane: Lane; readonly limit: string | undefined } | undefined;

  addTask(name: string, options: Options): Task {
    this.#problems.push(...unknownOptions(`Task "${displayName(name)}"`, options, taskOptionNames));
    this.#problems.push(...settingProblems(name, options), ...bodyProblems(name, options));
    const { undo, skippable = true } = options;
    return this.#add({
      name,
      options,
      kind: 'task',
      upstreams: options.upstream ?? {},
      body: bodyOf(options),
      estimateMs: options.estimateMs ?? estimateDefaultMs,
      hasOwnEstimate: options.estimateMs !== undefined,
      irreversible: undo === 'irreversible',
      repeatable: options.repeatable === true,
      skippable: skippable !== false,
      skippedOutput: typeof skippable === 'object' ? skippable.output : undefined,
    });
  }

  addBarrier(name: string, upstream: UpstreamRef | readonly UpstreamRef[], options: BarrierOptions = {}): Task {
    this.#problems.push(...unknownOptions(`Task "${displayName(name)}"`, options, barrierOptionNames));
    this.#problems.push(...settingProblems(name, options));
    const joinsOne = !isList(upstream);
    return this.#add({
      name,
      options,
      kind: 'barrier',
      upstreams: joinsOne ? [upstream] : upstream,
      body: joinsOne ? passOnOne : passOnAll,
      estimateMs: 0,
      hasOwnEstimate: false,
      irreversible: false,
      repeatable: true,
      skippable: true,
      skippedOutput: undefined,
    });
  }

  addLanes<Item>(
    items: readonly Item[],
    declareLane: (item: Item, index: number) => unknown,
    options: ForEachOptions<Item>,
  ): TaskGroup | Record<string, TaskGroup> {
    if (this.#fanOut) {
      this.#problems.push(nestedFanOut);
      return noLanes();
    }
    this.#checkFanOut(items.length, options);
    const limit = this.#limitOfFanOut(options.parallel);
    const keys = new Set<string>();
    const results = items.map((item, index) => {
      const key = options.key?.(item, index) ?? String(index);
      if (keys.has(key) || key === '') this.#problems.push(badLaneKey(key));
      keys.add(key);
      this.#fanOut = { lane: this.#shared.lane(key, index), limit };
      try {
        return declareLane(item, index);
      } finally {
        this.#fanOut = undefined;
      }
    });
    this.#problems.push(...laneResultProblems(results));
    return groupsOf(results);
  }

  /** Notes a problem of the declaration as a whole. */
  refuse(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** All that was declared; nothing more can be. O(tasks + edges). */
  finish(): Declaration {
    this.#isFinished = true;
    return {
      tasks: Object.freeze(this.#tasks),
      graph: this.#edges.build(),
      ownLimits: this.#ownLimits,
      problems: [...this.#problems, ...this.#keys.problems()],
    };
  }

  #add(parts: NewTask): Task {
    const { name, options } = parts;
    if (this.#isFinished) throw declaredTooLate(name);
    const lane = this.#fanOut?.lane;
    const index = this.#tasks.length;
    const key = this.#keys.claim({ name, lane: lane?.key, given: options.key });
    const { sources, upstreamIndices } = this.#resolve(name, parts.upstreams);
    this.#edges.add(upstreamIndices);
    const retry = options.retry ? { ...retryDefaults, ...options.retry } : retryDefaults;
    const task: DeclaredTask = {
      key,
      name,
      description: options.description ?? name,
      kind: parts.kind,
      lane,
      body: parts.body,
      sources,
      irreversible: parts.irreversible,
      repeatable: parts.repeatable,
      retry,
      undoRetry: options.undoRetry ? { ...retryDefaults, ...options.undoRetry } : retry,
      timeoutMs: options.timeoutMs,
      undoTimeoutMs: options.undoTimeoutMs ?? options.timeoutMs,
      estimateMs: parts.estimateMs,
      hasOwnEstimate: parts.hasOwnEstimate,
      limits: this.#limitsOf(options.limits ?? []),
      priority: options.priority,
      skippable: parts.skippable,
      skippedOutput: parts.skippedOutput,
    };
    this.#tasks.push(Object.freeze(task));
    return Object.freeze({ kind: 'task', key, name, index, owner: this });
  }

  #limitsOf(given: readonly string[]): readonly string[] {
    const limit = this.#fanOut?.limit;
    return this.#shared.limits(limit === undefined ? given : [...given, limit]);
  }

  #resolve(name: string, upstreams: Readonly<Record<string, UpstreamRef>> | readonly UpstreamRef[]) {
    const only = onlyTask(upstreams);
    if (only?.owner === this) return { sources: this.#shared.source(only.index), upstreamIndices: [only.index] };
    const indices = new Set<number>();
    const resolveOne = (field: string, reference: UpstreamRef | undefined): OutputSource => {
      const tasks = reference ? tasksOf(reference) : [];
      const known = tasks.filter((task) => task.owner === this);
      if (!isReference(reference) || known.length < tasks.length)
        this.#problems.push(unknownUpstream(name, field, reference));
      for (const task of known) indices.add(task.index);
      const [first] = known;
      return reference?.kind === 'task' && first ? { task: first.index } : { tasks: known.map((task) => task.index) };
    };
    const sources: Sources = isList(upstreams)
      ? upstreams.map((reference, at) => resolveOne(String(at), reference))
      : Object.fromEntries(
          Object.entries(upstreams).map(([field, reference]) => [field, resolveOne(field, reference)]),
        );
    return { sources, upstreamIndices: [...indices] };
  }

  #checkFanOut(items: number, options: ForEachOptions<never>): void {
    const { itemsMin = 0, parallel = 1 } = options;
    this.#problems.push(...unknownOptions('A fan-out', options, forEachOptionNames));
    if (items < itemsMin) this.#problems.push(tooFewItems(items, itemsMin));
    if (!(Number.isSafeInteger(parallel) && parallel >= 1)) {
      this.#problems.push({
        code: 'INVALID_OPTION',
        message: `A fan-out's parallel is ${String(parallel)}; it is a whole number, 1 or more.`,
      });
    }
    if (!(Number.isSafeInteger(itemsMin) && itemsMin >= 0)) {
      this.#problems.push({
        code: 'INVALID_OPTION',
        message: `A fan-out's itemsMin is ${String(itemsMin)}; it is a whole number, 0 or more.`,
      });
    }
  }

  #limitOfFanOut(parallel: number | undefined): string | undefined {
    if (parallel === undefined) return undefined;
    const limit = `fan-out#${Object.keys(this.#ownLimits).length + 1}`;
    this.#ownLimits[limit] = parallel;
    return limit;
  }
}

interface NewTask {
  readonly name: string;
  readonly options: BarrierOptions & Pick<Options, 'retry' | 'undoRetry' | 'undoTimeoutMs' | 'limits'>;
  readonly kind: DeclaredTask['kind'];
  readonly upstreams: Readonly<Record<string, UpstreamRef>> | readonly UpstreamRef[];
  readonly body: TaskBody;
  readonly estimateMs: number;
  readonly hasOwnEstimate: boolean;
  readonly irreversible: boolean;
  readonly repeatable: boolean;
  readonly skippable: boolean;
  readonly skippedOutput: JsonValue | undefined;
}

const passOnOne: TaskBody = { run: (context) => (context.upstream as readonly unknown[])[0] };
const passOnAll: TaskBody = { run: (context) => [...(context.upstream as readonly unknown[])] };

/** Of one shape for all tasks, which takes the least room. */
function bodyOf({ check, run, undo, preview, end }: Options): TaskBody {
  return { run, check, undo: typeof undo === 'function' ? undo : undefined, preview, end };
}

function isList(upstreams: unknown): upstreams is readonly UpstreamRef[] {
  return Array.isArray(upstreams);
}

/** The one task that is all there is in a list of upstreams. */
function onlyTask(upstreams: unknown): Task | undefined {
  const [reference] = isList(upstreams) && upstreams.length === 1 ? upstreams : [];
  return reference?.kind === 'task' ? tasksOf(reference)[0] : undefined;
}

function isReference(reference: UpstreamRef | undefined): reference is UpstreamRef {
  return reference?.kind === 'task' || reference?.kind === 'group';
}

const nestedFanOut: Problem = {
  code: 'NESTED_FAN_OUT',
  message: 'The workflow declares a fan-out inside a lane of another one.',
  next: 'Declare one fan-out over all combinations.',
};

function declaredTooLate(name: string): PrecedeError {
  return new PrecedeError('DECLARATION_FINISHED', {
    message: `Task "${displayName(name)}" is declared after the workflow's declare function has returned.`,
    next: 'Declare every task before declare returns, without waiting for anything.',
  });
}

function badLaneKey(key: string): Problem {
  return key === ''
    ? { code: 'EMPTY_KEY', message: 'A lane has the empty string as its key.' }
    : {
        code: 'DUPLICATE_KEY',
        message: `Two lanes of one fan-out have the key "${displayName(key)}".`,
        details: { key },
      };
}

function tooFewItems(items: number, itemsMin: number): Problem {
  return { code: 'TOO_FEW_ITEMS', message: `A fan-out has ${items} items; it wants at least ${itemsMin}.` };
}

function unknownUpstream(name: string, field: string, reference: unknown): Problem {
  const what = isReference(reference as UpstreamRef | undefined)
    ? 'a task of another workflow'
    : 'nothing that was declared';
  return {
    code: 'UNKNOWN_UPSTREAM',
    message: `Task "${displayName(name)}": its upstream "${displayName(field)}" is ${what}.`,
    details: { task: name, upstream: field },
  };
}
