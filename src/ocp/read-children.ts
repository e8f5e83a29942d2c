import type { Operation, TaskSnapshot } from '../state/index.ts';
import { taskStateOf } from './read-status.ts';
import { known } from './source.ts';
import { isInteger, WireObject, type AnswerProblems } from './wire-object.ts';
import { ocpOperations, ocpStatuses, ocpSubtaskStatuses } from './wire-status.ts';
import type { WireTime } from './wire-time.ts';

const barrierName = 'Wait node';
const statuses = [...new Set([...ocpStatuses, ...ocpSubtaskStatuses])] as [ChildStatus, ...ChildStatus[]];
type ChildStatus = (typeof ocpStatuses | typeof ocpSubtaskStatuses)[number];

/** One child of an answer. Its edges are as told, not yet checked. */
export interface ReadChild {
  readonly path: string;
  readonly task: Omit<TaskSnapshot, 'key'>;
  readonly times: readonly (WireTime | undefined)[];
}

/** The children of an answer. */
export interface ReadChildren {
  readonly children: readonly ReadChild[];
  /** Whether they tell what comes before and after them; true when there are none. */
  readonly hasEdges: boolean;
}

/** Reads the children of an answer; lists of basic shapes have no edges, and then none is missed. O(children + edges). */
export function readChildren(answer: WireObject, field: 'tasks' | 'subtasks', problems: AnswerProblems): ReadChildren {
  const children = answer
    .list(field)
    .map((child, index) => new WireObject(child, `${answer.pathOf(field)}[${index}]`, problems));
  const hasEdges =
    children.length === 0 || children.some((child) => child.has('upstreams') || child.has('downstreams'));
  const hasCanceling = field === 'subtasks';
  return { children: children.map((child) => readChild(child, { hasEdges, hasCanceling })), hasEdges };
}

interface Shape {
  readonly hasEdges: boolean;
  readonly hasCanceling: boolean;
}

function readChild(child: WireObject, { hasEdges, hasCanceling }: Shape): ReadChild {
  const name = child.text('name');
  const operation: Operation = child.word('operation', ocpOperations, 'UNKNOWN_OPERATION');
  const state = taskStateOf({ status: child.word('status', statuses, 'UNKNOWN_STATUS'), operation, hasCanceling });
  const [created, started, finished] = [child.time('createTime'), child.time('startTime'), child.time('finishTime')];
  return {
    path: child.path,
    times: [started, created, finished],
    task: known({
      id: child.id('id'),
      name,
      description: child.optionalText('description') ?? name,
      state,
      operation,
      attempt: attemptOf(child.integerOr('runTime', 1, 0), state),
      upstreams: idsIn(child, 'upstreams', hasEdges),
      downstreams: idsIn(child, 'downstreams', hasEdges),
      parallelIdx: child.integerOr('parallelIdx', -1, -1),
      isBarrier: name === barrierName,
      irreversible: child.flag('prohibitRollback'),
      skippable: !child.flag('prohibitSkip'),
      timeoutMs: timeoutMsOf(child.integerOr('timeout', 0, 0)),
      createdAtMs: created?.atMs,
      startedAtMs: started?.atMs,
      finishedAtMs: finished?.atMs,
    }),
  };
}

function idsIn(child: WireObject, side: 'upstreams' | 'downstreams', hasEdges: boolean): readonly number[] {
  return hasEdges ? child.listOf(side, isInteger, 'the id of a task') : [];
}

/** Zero seconds stand for no timeout. */
function timeoutMsOf(seconds: number): number | undefined {
  return seconds === 0 ? undefined : seconds * 1_000;
}

/** On the wire the number of executions begins at 1, also before the first. */
function attemptOf(runTime: number, state: TaskSnapshot['state']): number {
  return runTime <= 1 && (state === 'PENDING' || state === 'READY') ? 0 : runTime;
}

/** Default keys as a declaration would give them: the name, within its lane if it has one, then `#2`, `#3` … by id. */
export function withKeys(tasks: readonly ReadChild['task'][]): readonly TaskSnapshot[] {
  const taken = new Set<string>();
  const timesUsed = new Map<string, number>();
  return tasks.map((task) => {
    const base = task.parallelIdx < 0 ? task.name : `${task.parallelIdx}/${task.name}`;
    let times = timesUsed.get(base) ?? 0;
    let key: string;
    do key = (times += 1) === 1 ? base : `${base}#${times}`;
    while (taken.has(key));
    timesUsed.set(base, times);
    taken.add(key);
    return { ...task, key };
  });
}
