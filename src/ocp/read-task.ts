import type { RunSnapshot } from '../state/index.ts';
import type { RunContext } from '../workflow/index.ts';
import { checkEdges } from './check-edges.ts';
import { readChildren, withKeys } from './read-children.ts';
import { runStateOf } from './read-status.ts';
import { known } from './source.ts';
import { isText, WireObject, type AnswerProblems } from './wire-object.ts';
import { ocpOperations } from './wire-status.ts';
import type { WireTime } from './wire-time.ts';

const runStatuses = ['RUNNING', 'SUCCESS', 'SUCCESSFUL', 'FAILED'] as const;

/** What one task of an answer says. */
export interface AnsweredTask {
  readonly snapshot: RunSnapshot;
  /** Whether the children tell what comes before and after them; true when there are none. */
  readonly hasEdges: boolean;
}

/** Reads a task, without its envelope, and reports all that is wrong with it. O(children log children + edges). */
export function readTask(answer: WireObject, problems: AnswerProblems): AnsweredTask {
  const { children, hasEdges } = readChildren(answer, childrenField(answer), problems);
  checkEdges(children, answer.path, problems);
  const [created, started, finished] = [answer.time('createTime'), answer.time('startTime'), answer.time('finishTime')];
  const status = answer.word('status', runStatuses, 'UNKNOWN_STATUS');
  const operation = answer.optionalWord('operation', ocpOperations, 'UNKNOWN_OPERATION');
  const tasks = children.map(({ task }) => task).toSorted((a, b) => a.id - b.id);
  const snapshot: RunSnapshot = known({
    id: answer.id('id'),
    name: answer.text('name'),
    state: runStateOf({ status, operation, tasks: tasks.map(({ state }) => state) }),
    operation: operation ?? 'EXECUTE',
    context: readContext(answer, problems),
    subject: answer.optionalObject('cluster') ?? flatReference(answer, 'clusterId'),
    tenant: answer.optionalObject('tenant') ?? flatReference(answer, 'tenantId'),
    creator: readCreator(answer, problems),
    createdAtMs: created?.atMs,
    startedAtMs: started?.atMs,
    finishedAtMs: finished?.atMs,
    utcOffsetMinutes: firstOffset([started, created, finished, ...children.flatMap(({ times }) => times)]),
    tasks: withKeys(tasks),
  });
  return { snapshot, hasEdges };
}

function childrenField(answer: WireObject): 'tasks' | 'subtasks' {
  if (!answer.has('subtasks')) return 'tasks';
  if (answer.has('tasks'))
    answer.report('AMBIGUOUS_FIELD', 'tasks', 'stands beside subtasks; an answer has one of them');
  return 'subtasks';
}

function readContext(answer: WireObject, problems: AnswerProblems): RunContext | string {
  const value = answer.get('context');
  if (value === undefined || isText(value)) return value ?? '';
  const path = answer.pathOf('context');
  const context = new WireObject(value, path, problems);
  return { stringMap: readStrings(context, problems), listMap: readLists(context, problems) };
}

function readStrings(context: WireObject, problems: AnswerProblems): Readonly<Record<string, string>> {
  const value = context.optionalObject('stringMap') ?? {};
  const map = new WireObject(value, context.pathOf('stringMap'), problems);
  return Object.fromEntries(Object.keys(value).map((key) => [key, map.optionalText(key) ?? '']));
}

function readLists(context: WireObject, problems: AnswerProblems): Readonly<Record<string, readonly string[]>> {
  const value = context.optionalObject('listMap') ?? {};
  const map = new WireObject(value, context.pathOf('listMap'), problems);
  return Object.fromEntries(Object.keys(value).map((key) => [key, map.listOf(key, isText, 'a text')]));
}

function readCreator(answer: WireObject, problems: AnswerProblems): RunSnapshot['creator'] {
  const value = answer.get('creator');
  if (value === undefined) return undefined;
  if (isText(value)) return { name: value };
  const creator = new WireObject(value, answer.pathOf('creator'), problems);
  return known({ id: creator.optionalInteger('id'), name: creator.text('name') });
}

/** Newer answers name cluster and tenant by id alone. */
function flatReference(answer: WireObject, field: string): { readonly id: number } | undefined {
  const id = answer.optionalInteger(field);
  return id === undefined ? undefined : { id };
}

/** A snapshot writes all its times in one offset: the run's own, else the first that is told. */
function firstOffset(times: readonly (WireTime | undefined)[]): number {
  return times.find((time) => time !== undefined)?.utcOffsetMinutes ?? 0;
}
