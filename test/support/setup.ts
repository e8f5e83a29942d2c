import { z } from 'zod';
import type { JsonValue } from '../../src/json/index.ts';
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type Notice,
  type Run,
  type StartOptions,
} from '../../src/run/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { memoryStore, type Store } from '../../src/store/index.ts';
import {
  defineWorkflow,
  type Flow,
  type Task,
  type TaskContext,
  type TaskOptions,
  type Workflow,
  type WorkflowOptions,
} from '../../src/workflow/index.ts';
import { PuppetTask } from './puppet-task.ts';
import { quiet } from './turns.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How a test draws one task: its upstreams, or all of it. Without a `run` of its own the test pulls its strings. */
export type DrawnTask =
  | readonly string[]
  | (Omit<TaskOptions<unknown, unknown, never>, 'upstream' | 'run' | 'check' | 'undo' | 'skippable'> & {
      readonly upstream?: readonly string[];
      readonly run?: (context: TaskContext) => unknown;
      readonly check?: (context: Pick<TaskContext, 'signal'>) => unknown;
      readonly undo?: 'irreversible' | ((context: TaskContext, output: unknown) => unknown);
      readonly skippable?: boolean | { readonly output: JsonValue };
    });

export type Drawing = Readonly<Record<string, DrawnTask>>;

const anyInput = z.unknown();

type WorkflowParts = Partial<Omit<WorkflowOptions<typeof anyInput>, 'input' | 'declare'>> & {
  readonly input?: z.ZodType;
};

export interface SetupOptions extends Omit<EngineOptions, 'clock'> {
  readonly clock?: VirtualClock;
  readonly workflow?: WorkflowParts;
  readonly start?: StartOptions;
  readonly input?: unknown;
}

/** Everything that was told and recorded, and the strings of every task. */
export interface Stage<Keys extends string> {
  readonly engine: Engine;
  readonly run: Run;
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly workflow: Workflow;
  readonly tasks: Readonly<Record<Keys, PuppetTask>>;
  /** Notices of tasks and runs since the start, in the order in which they were told. */
  readonly told: Notice[];
  /** The journal as the store has it. */
  readonly journal: () => Promise<readonly RunEvent[]>;
  /** The states of all tasks, in plan order, by key. */
  readonly states: () => Readonly<Record<string, string>>;
}

/** A workflow of drawn tasks, with a puppet for each. */
export function drawnWorkflow<Keys extends string>(
  drawing: Readonly<Record<Keys, DrawnTask>>,
  parts: WorkflowParts = {},
): { readonly workflow: Workflow; readonly tasks: Readonly<Record<Keys, PuppetTask>> } {
  const drawn = Object.entries<DrawnTask>(drawing);
  const tasks = Object.fromEntries(drawn.map(([key]) => [key, new PuppetTask()])) as Record<Keys, PuppetTask>;
  const declare = (flow: Flow): void => {
    const declared = new Map<string, Task>();
    for (const [key, task] of drawn) {
      const { upstream = [], ...options } = isList(task) ? { upstream: task } : task;
      const upstreams = Object.fromEntries(upstream.map((name) => [name, known(declared, name)]));
      const run = tasks[key as Keys].body;
      // Erased on purpose: a drawing has no types to infer.
      const all = { upstream: upstreams, run, ...options } as unknown as TaskOptions<unknown, object, JsonValue>;
      declared.set(key, flow.task(key, all));
    }
  };
  const workflow = defineWorkflow({ name: 'Drawn', version: '1', ...parts, input: parts.input ?? anyInput, declare });
  return { workflow, tasks };
}

/** Draws a workflow, makes an engine with a virtual clock and starts a run; resolves when it has come to rest. */
export async function setup<Keys extends string>(
  drawing: Readonly<Record<Keys, DrawnTask>>,
  options: SetupOptions = {},
): Promise<Stage<Keys>> {
  const { workflow: parts, start = {}, input = {}, ...engineOptions } = options;
  const { clock = new VirtualClock(), store = memoryStore() } = options;
  const { workflow, tasks } = drawnWorkflow(drawing, parts);
  const engine = createEngine({ random: () => 0, ...engineOptions, clock, store });
  const told: Notice[] = [];
  engine.on('task', (notice) => told.push(notice));
  engine.on('run', (notice) => told.push(notice));
  const run = await engine.start(workflow, input, start);
  await quiet();
  return {
    engine,
    run,
    clock,
    store,
    workflow,
    tasks,
    told,
    journal: async () => (await store.readRun(run.id))?.events ?? [],
    states: () => statesOf(run),
  };
}

/** The states of a run's tasks by key, in plan order. */
function statesOf(run: Run): Readonly<Record<string, string>> {
  return Object.fromEntries(run.snapshot().tasks.map(({ key, state }) => [key, state]));
}

function known(declared: ReadonlyMap<string, Task>, name: string): Task {
  const task = declared.get(name);
  if (!task) throw new Error(`The drawing names "${name}" before it draws it.`);
  return task;
}

function isList(task: DrawnTask): task is readonly string[] {
  return Array.isArray(task);
}
