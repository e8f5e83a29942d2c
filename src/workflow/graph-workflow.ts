import { RefusedError, type Problem } from '../errors/index.ts';
import {
  buildDigraph,
  namedVerticesFromGraphlib,
  resolveNames,
  type Digraph,
  type GraphlibGraph,
} from '../graph/index.ts';
import type { JsonObject } from '../json/index.ts';
import { emptyRunContext } from './admission.ts';
import type { Declaration, DeclaredTask } from './declaration.ts';
import type { InputSchema } from './standard-schema.ts';
import type { TaskContext } from './task-context.ts';
import { estimateDefaultMs, retryDefaults, settingProblems } from './task-settings.ts';
import type { Workflow } from './workflow.ts';

/** One task of a graph that comes as data. */
export interface GraphTask {
  readonly key: string;
  /** @default the key */
  readonly name?: string;
  readonly description?: string;
  /** Keys of the tasks that come first. @default none */
  readonly upstream?: readonly string[];
  readonly estimateMs?: number;
  readonly timeoutMs?: number;
  readonly limits?: readonly string[];
}

/** A graph as plain data: what a JSON file of tasks holds. Unlike a declared workflow it can be wrong, cycles included. */
export interface GraphData {
  readonly name: string;
  /** @default '1' */
  readonly version?: string;
  readonly tasks: readonly GraphTask[];
}

export interface GraphWorkflowOptions {
  /** What each task does. @default nothing: the graph can be planned, and its run only walks it */
  readonly run?: (task: GraphTask, context: TaskContext) => unknown;
}

const noInput: InputSchema<JsonObject> = {
  '~standard': { version: 1, vendor: 'precede', validate: (value) => ({ value: (value ?? {}) as JsonObject }) },
};

/**
 * Makes a workflow of a graph given as plain data or as a graphlib `Graph`. Planning it reports every problem at once,
 * cycles included.
 */
export function workflowFromGraph(source: GraphData | GraphlibGraph, options: GraphWorkflowOptions = {}): Workflow {
  const data = isGraphlib(source) ? fromGraphlib(source) : checkedData(source);
  return Object.freeze({
    name: data.name,
    version: data.version ?? '1',
    description: data.name,
    onFailure: 'finish-running',
    inputSchema: noInput,
    expand: () => declarationOf(data, options),
    hooks: {
      claims: () => [],
      admit: () => Promise.resolve({ context: emptyRunContext }),
      settle: () => Promise.resolve(),
      reopen: () => Promise.resolve(),
    },
  });
}

function isGraphlib(source: unknown): source is GraphlibGraph {
  return (
    typeof source === 'object' && source !== null && 'isDirected' in source && typeof source.isDirected === 'function'
  );
}

/** Refuses what is not even a list of tasks with string keys; everything finer is a planning problem. */
function checkedData(data: GraphData): GraphData {
  const given = fieldsOf(data);
  const tasks: unknown = given['tasks'];
  const problems = [
    ...(isText(given['name']) && given['name'] !== '' ? [] : ['"name" is a non-empty string.']),
    ...(isUnsetOr(given['version'], isText) ? [] : ['"version" is a string.']),
    ...(Array.isArray(tasks) ? tasks.flatMap(wrongFields) : ['"tasks" is a list.']),
  ].map((message): Problem => ({ code: 'INVALID_GRAPH', message }));
  if (problems.length > 0) throw new RefusedError('INVALID_GRAPH', 'The graph cannot be read', problems);
  return data;
}

function wrongFields(task: unknown, index: number): readonly string[] {
  const { key, name, description, upstream, limits, ...others } = fieldsOf(task);
  const at = `tasks[${index}]`;
  return [
    ...(isText(key) ? [] : [`${at}.key is a string.`]),
    ...(isUnsetOr(name, isText) ? [] : [`${at}.name is a string.`]),
    ...(isUnsetOr(description, isText) ? [] : [`${at}.description is a string.`]),
    ...(isUnsetOr(upstream, isListOfTexts) ? [] : [`${at}.upstream is a list of task keys.`]),
    ...(isUnsetOr(limits, isListOfTexts) ? [] : [`${at}.limits is a list of names.`]),
    ...('upstreams' in others ? [`${at}.upstreams does not exist; the field is called "upstream".`] : []),
  ];
}

/** What is no object has no fields. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isUnsetOr(value: unknown, isRight: (value: unknown) => boolean): boolean {
  return value === undefined || isRight(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function fromGraphlib(graph: GraphlibGraph): GraphData {
  const tasks = namedVerticesFromGraphlib(graph).map(({ key, upstreams }) => ({ key, upstream: upstreams }));
  return { name: 'graph', tasks };
}

function declarationOf(data: GraphData, { run }: GraphWorkflowOptions): Declaration {
  const resolved = resolveNames(data.tasks.map(({ key, upstream = [] }) => ({ key, upstreams: upstream })));
  const tasks = data.tasks.map((task) => declaredTask(task, run));
  const settings = data.tasks.flatMap(wrongSettings);
  if (resolved.kind === 'graph') return { tasks, graph: resolved.graph, ownLimits: {}, problems: settings };
  return { tasks, graph: emptyGraph(tasks.length), ownLimits: {}, problems: [...resolved.problems, ...settings] };
}

/** Keys are the graph's affair, and so is the name that an empty key would stand in for. */
function wrongSettings(
  { key, name = key, estimateMs, timeoutMs, limits = [] }: GraphTask,
  index: number,
): readonly Problem[] {
  const numbers = {
    ...(estimateMs === undefined ? {} : { estimateMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  return settingProblems(name === key && key === '' ? `number ${index + 1}` : name, { ...numbers, limits });
}

function declaredTask(task: GraphTask, run: GraphWorkflowOptions['run']): DeclaredTask {
  const { key, name = key, description = name, estimateMs = estimateDefaultMs, limits = [] } = task;
  return {
    key,
    name,
    description,
    kind: 'task',
    lane: undefined,
    body: { run: (context) => run?.(task, context) },
    sources: [],
    irreversible: false,
    // Without a body there is nothing that could happen twice.
    repeatable: run === undefined,
    retry: retryDefaults,
    undoRetry: retryDefaults,
    timeoutMs: task.timeoutMs,
    undoTimeoutMs: undefined,
    estimateMs,
    hasOwnEstimate: task.estimateMs !== undefined,
    limits: [...limits],
    priority: undefined,
    skippable: true,
    skippedOutput: undefined,
  };
}

function emptyGraph(size: number): Digraph {
  return buildDigraph(size, { start: new Int32Array(size + 1), list: new Int32Array(0) });
}
