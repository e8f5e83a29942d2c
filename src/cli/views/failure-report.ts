import type { SerializedError } from '../../errors/index.ts';
import type { RunSnapshot, TaskSnapshot } from '../../state/index.ts';
import { cleanLine, cleanLines } from '../../text/index.ts';
import type { Paint } from './paint.ts';
import type { StepTable } from './steps.ts';

/** What is told of a run that did not end well. */
export interface FailureFacts {
  readonly snapshot: RunSnapshot;
  readonly table: StepTable;
  /** The last lines of a task's log, oldest first, by the task's index. */
  readonly lastLines: ReadonlyMap<number, readonly string[]>;
  readonly paint: Paint;
}

const tasksMax = 100;
const causesMax = 4;

/** The tasks that are the reason why a run did not succeed, by index. O(tasks). */
export function troubledTasks({ tasks }: RunSnapshot): readonly number[] {
  const states = ['FAILED', 'ROLLBACK_FAILED', 'UNKNOWN', 'CANCELLED'];
  return [...tasks.keys()].filter((index) => states.includes(tasks[index]?.state ?? '')).slice(0, tasksMax);
}

/** Why a run did not succeed: for each task at fault its host, its reason, what to do, its last lines of output. */
export function failureReport(facts: FailureFacts): readonly string[] {
  const { snapshot } = facts;
  const troubled = troubledTasks(snapshot);
  return [...troubled.flatMap((index) => taskReport(facts, index)), ...omitted(snapshot, troubled.length)];
}

function taskReport({ snapshot, table, lastLines, paint }: FailureFacts, index: number): readonly string[] {
  const task = snapshot.tasks[index];
  if (!task) return [];
  const lane = table.laneOf[index] ?? '';
  const title = table.steps[table.stepOf[index] ?? -1]?.title ?? '';
  const where = lane === '' ? '' : ` on ${lane}`;
  const lines = lastLines.get(index) ?? [];
  return [
    '',
    `${paint('bad', task.state)}  ${paint('strong', `${title}${where}`)}  (task ${index + 1}, key "${cleanLine(task.key)}")`,
    ...reasonOf(task, paint),
    ...(lines.length === 0 ? [] : ['  last lines of its log:', ...lines.map((line) => `  | ${cleanLine(line)}`)]),
  ];
}

function reasonOf({ error }: TaskSnapshot, paint: Paint): readonly string[] {
  if (!error) return [];
  return [
    ...messageOf(error, `  ${paint('bad', `error[${cleanLine(error.code)}]`)}: `),
    ...causesOf(error).flatMap((cause) => messageOf(cause, `  caused by [${cleanLine(cause.code)}]: `)),
    ...(error.next === undefined ? [] : [`  next: ${cleanLine(error.next)}`]),
  ];
}

function messageOf({ message }: SerializedError, head: string): readonly string[] {
  const [first = '', ...rest] = cleanLines(message);
  return [`${head}${first}`, ...rest.map((line) => `    ${line}`)];
}

function causesOf(error: SerializedError): readonly SerializedError[] {
  const causes: SerializedError[] = [];
  let cause = error.cause;
  while (cause && causes.length < causesMax) {
    causes.push(cause);
    cause = cause.cause;
  }
  return causes;
}

function omitted({ tasks }: RunSnapshot, told: number): readonly string[] {
  if (told < tasksMax) return [];
  return ['', `There may be more such tasks among the ${tasks.length}; precede show lists them all.`];
}
