import type { InspectionProblem, PlanInspection, TaskInspection } from '../../inspect/index.ts';
import type { JsonObject } from '../../json/index.ts';
import type { Plan, PlanShape } from '../../plan/index.ts';
import { createScrubber } from '../../secrets/index.ts';
import { cleanLine, cleanLines } from '../../text/index.ts';
import type { Paint, Tone } from './paint.ts';
import { stepTable, taskTitle, type StepTable } from './steps.ts';

/** How a dry run is shown. */
interface InspectionTextOptions {
  readonly paint: Paint;
  /** Show every task; else of a step on many hosts the first few. */
  readonly all: boolean;
}

/** How many tasks of one step are shown one by one. */
const lanesMax = 8;
const problemsMax = 100;
const indent = '      ';
const tones = { done: 'good', needed: 'busy', unknown: 'odd' } as const satisfies Record<string, Tone>;
const words = { done: 'done already', needed: 'needed', unknown: 'unknown' } as const;
const undoWords = { undo: ', can be undone', irreversible: ', CANNOT BE UNDONE', none: '' } as const;

type Kind = TaskInspection['finding']['kind'];

/** What a dry run found: what would stop the run, then every task with what it would send. O(tasks + steps). */
export function inspectionLines(
  plan: Plan,
  inspection: PlanInspection,
  options: InspectionTextOptions,
): readonly string[] {
  const table = stepTable(plan.secrets.length === 0 ? plan : masked(plan));
  const { tasks, problems } = inspection;
  return [
    `Checked: ${countText(tasks)}.`,
    ...problemLines(problems, options.paint),
    '',
    ...table.steps.flatMap(({ tasks: members }) => stepLines(members, { table, inspection, options })),
  ];
}

function masked({ tasks, graph, secrets }: Plan): PlanShape {
  const scrubber = createScrubber(secrets);
  const shown = tasks.map((task) => ({
    ...task,
    name: scrubber.text(task.name),
    lane: task.lane && { ...task.lane, key: scrubber.text(task.lane.key) },
  }));
  return { tasks: shown, graph };
}

/** The JSON of a plan with what a dry run found: of each task its finding, and everything that would stop the run. */
export function inspectedJson(plan: JsonObject, { tasks, problems }: PlanInspection): JsonObject {
  const planned = plan['tasks'] as readonly JsonObject[];
  const count = (kind: Kind): number => tasks.filter(({ finding }) => finding.kind === kind).length;
  return {
    ...plan,
    checked: { done: count('done'), needed: count('needed'), unknown: count('unknown') },
    problems: problems.map(({ code, message, next, tasks: numbers }) => ({
      ...{ code, message, tasks: [...numbers] },
      ...(next === undefined ? {} : { next }),
    })),
    // A finding is JSON.
    tasks: planned.map((task, index) => ({ ...task, finding: tasks[index]?.finding as unknown as JsonObject })),
  };
}

/** `3 done already, 24 needed, 2 unknown`. */
function countText(tasks: readonly TaskInspection[]): string {
  const kinds: readonly Kind[] = ['done', 'needed', 'unknown'];
  return kinds
    .map((kind) => `${tasks.filter(({ finding }) => finding.kind === kind).length} ${words[kind]}`)
    .join(', ');
}

/** Everything that would stop the run, of all hosts. */
function problemLines(problems: readonly InspectionProblem[], paint: Paint): readonly string[] {
  if (problems.length === 0) return ['Nothing that was looked at would stop the run.'];
  const shown = problems
    .slice(0, problemsMax)
    .flatMap(({ code, message, next, tasks }) => [
      `  ${paint('bad', `[${cleanLine(code)}]`)} ${cleanLine(message)}${whereText(tasks)}`,
      ...(next === undefined ? [] : [`    -> ${cleanLine(next)}`]),
    ]);
  const more = problems.length > problemsMax ? [`  … and ${problems.length - problemsMax} more`] : [];
  return ['', paint('bad', `Would stop the run (${problems.length}):`), ...shown, ...more];
}

function whereText(tasks: readonly number[]): string {
  if (tasks.length === 0) return '';
  const shown = tasks.slice(0, lanesMax).join(', ');
  const more = tasks.length > lanesMax ? ` and ${tasks.length - lanesMax} more` : '';
  return ` (task ${shown}${more})`;
}

interface Shown {
  readonly table: StepTable;
  readonly inspection: PlanInspection;
  readonly options: InspectionTextOptions;
}

function stepLines(members: readonly number[], { table, inspection, options }: Shown): readonly string[] {
  const inspected = members.flatMap((task) => inspection.tasks[task] ?? []);
  const shown = options.all ? inspected : inspected.slice(0, lanesMax);
  const rest = inspected.slice(shown.length);
  const lines = shown.flatMap((task) => taskLines(task, table, options.paint));
  return rest.length === 0 ? lines : [...lines, `${indent}… and ${rest.length} more: ${countText(rest)}`];
}

function taskLines({ number, finding, undo }: TaskInspection, table: StepTable, paint: Paint): readonly string[] {
  const title = `${String(number).padStart(4)}  ${taskTitle(table, number - 1)}`;
  const word = paint(tones[finding.kind], words[finding.kind]);
  switch (finding.kind) {
    case 'done':
      return [`${title}  ${word}`];
    case 'unknown':
      return [`${title}  ${word}: ${cleanLine(finding.why)}`];
    case 'needed': {
      const head = `${title}  ${word}${undoWords[undo]}`;
      if (!finding.steps) return [head, `${indent}${paint('quiet', 'cannot tell beforehand what it would do')}`];
      return [head, ...finding.steps.flatMap((step) => stepTextLines(step, paint))];
    }
  }
}

function stepTextLines(step: { kind: string; host?: string; text: string }, paint: Paint): readonly string[] {
  const [first = '', ...others] = cleanLines(step.text);
  const mark = step.kind === 'note' ? '' : `${cleanLine(step.host ?? '')} ${step.kind === 'sql' ? '>' : '$'} `;
  const pad = ' '.repeat(mark.length);
  return [`${indent}${paint('quiet', mark)}${first}`, ...others.map((line) => `${indent}${pad}${line}`)];
}
