import { reversed } from '../graph/index.ts';
import { durationsOf, limitIdsOf, prioritiesOf, undoOf, type Plan } from '../plan/index.ts';
import { estimateMakespan, type LimitPool, type MakespanOptions } from '../schedule/index.ts';
import { isInFlight, isOver, mayStartTasks, type RunEvent, type RunRecord, type TaskState } from '../state/index.ts';

/** What happens to one task because of an operator action. */
export interface PreviewStep {
  /** From 1. */
  readonly number: number;
  readonly key: string;
  readonly does: 'run' | 'undo' | 'skip' | 'cancel' | 'resolve';
  /** The same in words, such as `runs again, attempt 2`. */
  readonly text: string;
  /** What its body or undo takes on its estimate, in milliseconds; an undo counts as its body. */
  readonly estimateMs: number;
  /** Whether the action itself names it; else it goes on because of that. */
  readonly isTouched: boolean;
}

/** A task to which nothing happens, and why. */
export interface UntouchedTask {
  readonly number: number;
  readonly key: string;
  readonly state: TaskState;
  readonly reason: string;
}

/** What an operator action would lead to if from then on nothing failed and nobody asked for anything else. */
export interface OperationPreview {
  /** In the order in which they begin. */
  readonly steps: readonly PreviewStep[];
  readonly untouched: readonly UntouchedTask[];
  /** From the first start to the last end on estimates, with this engine's slots and limits, in milliseconds. */
  readonly estimateMs: number;
}

export interface PreviewFacts {
  readonly plan: Plan;
  /** With the events of the action folded in. */
  readonly record: RunRecord;
  /** The events of the action. */
  readonly decided: readonly RunEvent[];
  readonly limits: LimitPool;
  readonly concurrency: number;
}

type Words = Pick<PreviewStep, 'does' | 'text'>;

/** Plays the run through from the state that the action leaves it in. O((tasks + edges) log tasks). */
export function previewOf(facts: PreviewFacts): OperationPreview {
  const { plan, record } = facts;
  const touched = touchedBy(facts);
  const { startOrder, makespan } = playThrough(facts);
  const starting = startOrder.filter((task) => touched.has(task) || !isInFlight(record.taskState(task)));
  const isStarting = new Set(starting);
  // What is skipped, cancelled or resolved is so at once.
  const atOnce = [...touched.keys()].filter((task) => !isStarting.has(task));
  const isRollback = record.state === 'ROLLING_BACK';
  const steps = [...atOnce, ...starting].map((task): PreviewStep => {
    const words = touched.get(task) ?? (isRollback ? undoWords(plan, task) : { does: 'run', text: 'runs after that' });
    return { ...named(plan, task), ...words, estimateMs: costOf(plan, task, words), isTouched: touched.has(task) };
  });
  const stepped = new Set(steps.map(({ number }) => number - 1));
  const untouched = [...plan.tasks.keys()]
    .filter((task) => !stepped.has(task))
    .map((task) => untouchedTask(facts, task));
  return { steps, untouched, estimateMs: makespan };
}

/** What the action itself does to tasks. */
function touchedBy({ plan, record, decided }: PreviewFacts): ReadonlyMap<number, Words> {
  const touched = new Map<number, Words>();
  for (const event of decided) {
    const tasks = 'tasks' in event ? event.tasks : 'task' in event ? [event.task] : [];
    const words = wordsOf[event.type];
    if (words) for (const task of tasks) touched.set(task, words(plan, task, record.attempt(task)));
  }
  return touched;
}

type Touching = (plan: Plan, task: number, attempt: number) => Words;

/** What the events of actions do to each of their tasks. */
const wordsOf: Partial<Record<RunEvent['type'], Touching>> = {
  'tasks-retried': (_plan, _task, attempt) => ({ does: 'run', text: `runs again, attempt ${attempt + 1}` }),
  'task-skipped': () => ({ does: 'skip', text: 'is skipped; what waits for it goes on' }),
  'task-cancelling': () => ({ does: 'cancel', text: 'is asked to end, and is CANCELLING until it has' }),
  'task-resolved-success': () => ({ does: 'resolve', text: 'counts as SUCCESS' }),
  'task-resolved-failed': () => ({ does: 'resolve', text: 'counts as FAILED' }),
  'run-rollback-started': (plan, task) => undoWords(plan, task),
  'undos-retried': () => ({ does: 'undo', text: 'is undone, once more' }),
  'undo-skipped': (plan, task) => ({
    does: 'skip',
    text: plan.tasks[task]?.irreversible ? 'cannot be undone; it is left as it is' : 'is left as it is',
  }),
};

function undoWords(plan: Plan, task: number): Words {
  const declared = plan.tasks[task];
  const isNothing = !declared || undoOf(declared) === 'none';
  return { does: 'undo', text: isNothing ? 'has nothing to undo' : 'is undone' };
}

function costOf(plan: Plan, task: number, { does }: Words): number {
  const declared = plan.tasks[task];
  if (!declared || (does !== 'run' && does !== 'undo')) return 0;
  return does === 'undo' && undoOf(declared) !== 'undo' ? 0 : declared.estimateMs;
}

interface Playthrough {
  readonly startOrder: readonly number[];
  readonly makespan: number;
}

/** When what may start from now on starts, forwards or backwards. */
function playThrough({ plan, record, limits, concurrency }: PreviewFacts): Playthrough {
  const isRollback = record.state === 'ROLLING_BACK';
  if (!isRollback && !mayStartTasks(record, plan.workflow.onFailure)) return { startOrder: [], makespan: 0 };
  const pool = limits.emptyCopy();
  const limitIds = limitIdsOf(plan, pool);
  return estimateMakespan({
    ...(isRollback ? backwards(plan, record) : forwards(plan, record)),
    priority: prioritiesOf(plan),
    limitsOf: (task) => limitIds[task] ?? noLimits,
    pool,
    concurrency,
    settled: (task) => isOver(record, task),
  });
}

type Direction = Pick<MakespanOptions, 'graph' | 'durations' | 'held'>;

function forwards(plan: Plan, record: RunRecord): Direction {
  const goesOn: readonly TaskState[] = ['PENDING', 'READY', 'RUNNING'];
  return { graph: plan.graph, durations: durationsOf(plan), held: (task) => !goesOn.includes(record.taskState(task)) };
}

function backwards(plan: Plan, record: RunRecord): Direction {
  const durations = Float64Array.from(plan.tasks.keys(), (task) => costOf(plan, task, undoWords(plan, task)));
  return { graph: reversed(plan.graph), durations, held: (task) => record.hasUndoFailed(task) };
}

const noLimits = new Int32Array(0);

function named(plan: Plan, task: number): { readonly number: number; readonly key: string } {
  return { number: task + 1, key: plan.tasks[task]?.key ?? '' };
}

function untouchedTask({ plan, record }: PreviewFacts, task: number): UntouchedTask {
  const state = record.taskState(task);
  const reasons = record.state === 'ROLLING_BACK' ? whileRollingBack : whileGoingForward;
  const reason = record.hasUndoFailed(task) ? 'its undo has failed; retry or skip it' : reasons[state];
  return { ...named(plan, task), state, reason };
}

const underWay = 'it is under way and goes on';

const whileGoingForward: Readonly<Record<TaskState, string>> = {
  PENDING: 'something that it waits for is not done, or nothing starts now',
  READY: 'nothing starts now',
  RUNNING: underWay,
  CANCELLING: 'it is ending already',
  SUCCESS: 'it is done; what it returned is used again',
  SKIPPED: 'it was skipped',
  FAILED: 'it has failed; it can be retried or skipped',
  CANCELLED: 'it was cancelled; it can be retried',
  UNKNOWN: 'nobody knows how it ended; it has to be resolved',
  ROLLING_BACK: underWay,
  ROLLED_BACK: 'it has been undone',
  ROLLBACK_FAILED: 'its undo has failed; retry or skip it',
};

const whileRollingBack: Readonly<Record<TaskState, string>> = {
  ...whileGoingForward,
  PENDING: 'it has never run',
  READY: 'it has never run',
  SUCCESS: 'something that has to be undone before it cannot be',
  SKIPPED: 'it is left as it is',
  FAILED: 'something that has to be undone before it cannot be',
  CANCELLED: 'something that has to be undone before it cannot be',
};
