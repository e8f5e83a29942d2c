import { durationText } from '../../plan/index.ts';
import type { OperationPreview, OperationResult } from '../../run/index.ts';
import { cleanLine } from '../../text/index.ts';
import { textTable } from './text-table.ts';

type Step = OperationPreview['steps'][number];

/** What an operator action touches; of a dry run also what goes on then, what it takes, and what is left alone and why. */
export function operationLines(name: string, { runId, tasks, isDryRun, preview }: OperationResult): readonly string[] {
  const head = `${name} of run ${runId} ${isDryRun ? 'would touch' : 'touches'} ${counted(tasks.length)}`;
  if (!preview) return [head, ...tasks.map(({ number, key }) => `  ${number}  ${cleanLine(key)}`)];
  const { steps, untouched, estimateMs } = preview;
  const touched = steps.filter(({ isTouched }) => isTouched);
  const next = steps.filter(({ isTouched }) => !isTouched);
  return [
    head,
    ...stepLines(touched),
    ...(next.length === 0
      ? []
      : [`then ${next.length} more ${next.length === 1 ? 'task' : 'tasks'}`, ...stepLines(next)]),
    ...(estimateMs === 0 ? [] : [`about ${durationText(estimateMs)}, by the tasks' estimates`]),
    ...untouchedLines(untouched),
  ];
}

function stepLines(steps: readonly Step[]): readonly string[] {
  const rows = steps.map(({ number, key, text, estimateMs }) => [
    `  ${number}`,
    cleanLine(key),
    text,
    estimateMs === 0 ? '' : durationText(estimateMs),
  ]);
  return rows.length === 0 ? [] : textTable(['  #', 'TASK', 'WHAT', 'ABOUT'], rows);
}

/** Thousands of tasks are left alone for a handful of reasons. */
function untouchedLines(untouched: OperationPreview['untouched']): readonly string[] {
  if (untouched.length === 0) return [];
  const groups = Map.groupBy(untouched, ({ state, reason }) => `${state}: ${reason}`);
  const lines = [...groups].map(([why, tasks]) => `  ${numbers(tasks)}  ${why}`);
  return [`not touched: ${counted(untouched.length)}`, ...lines];
}

/** Such as `1-4, 7`. */
function numbers(tasks: OperationPreview['untouched']): string {
  const ranges: { first: number; last: number }[] = [];
  for (const { number } of tasks) {
    const latest = ranges.at(-1);
    if (latest?.last === number - 1) latest.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(', ');
}

function counted(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}
