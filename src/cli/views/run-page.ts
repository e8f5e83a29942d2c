import type { RunHeader, RunSnapshot } from '../../state/index.ts';
import { dateText } from './clock-text.ts';
import type { Paint } from './paint.ts';
import { stateMark, stateTone } from './state-words.ts';
import { taskTitle, type StepTable } from './steps.ts';
import { durationText, fitted, textWidth } from '../../plan/index.ts';
import { cleanLine } from '../../text/index.ts';
import { waitingText } from './waiting.ts';

/** What one page about a run is made of. */
export interface RunPage {
  readonly header: RunHeader;
  readonly snapshot: RunSnapshot;
  readonly table: StepTable;
  readonly nowMs: number;
  readonly paint: Paint;
}

/** A run as one page: who started what and when, then a line a task with its number, state, length and reason. */
export function runPage(page: RunPage): readonly string[] {
  const { header, snapshot, paint } = page;
  const { startedAtMs, finishedAtMs, createdAtMs = header.createdAtMs } = snapshot;
  const length = startedAtMs === undefined ? '' : `, ${durationText((finishedAtMs ?? page.nowMs) - startedAtMs)}`;
  const source = header.workflowSource === undefined ? '' : ` (${cleanLine(header.workflowSource)})`;
  const claims = header.claims.map(cleanLine).join(', ');
  return [
    `${paint('strong', cleanLine(snapshot.name))}  run ${snapshot.id}  ${paint(stateTone(snapshot.state), snapshot.state)}`,
    `  workflow  ${cleanLine(header.workflow)} ${cleanLine(header.workflowVersion)}${source}`,
    `  started   ${dateText(createdAtMs)} by ${cleanLine(header.creator.name)}${length}`,
    ...(header.deadlineMs === undefined ? [] : [`  deadline  ${durationText(header.deadlineMs)}`]),
    ...(claims === '' ? [] : [`  claims    ${claims}`]),
    `  input     ${cleanLine(JSON.stringify(header.input))}`,
    '',
    ...snapshot.tasks.flatMap((_, index) => taskLines(page, index)),
  ];
}

function taskLines(page: RunPage, index: number): readonly string[] {
  const { snapshot, table, paint, nowMs } = page;
  const task = snapshot.tasks[index];
  if (!task) return [];
  const { state, startedAtMs, finishedAtMs, attempt, error } = task;
  const width = Math.min(60, Math.max(...table.steps.map((_, at) => widthOf(table, at))));
  const length = startedAtMs === undefined ? '' : durationText((finishedAtMs ?? nowMs) - startedAtMs);
  const attempts = attempt > 1 ? `  attempt ${attempt}` : '';
  const why = error && state !== 'SUCCESS' ? `  [${cleanLine(error.code)}] ${cleanLine(error.message)}` : '';
  const waits = why === '' ? prefixed(waitingText(page, [index])) : '';
  const number = String(index + 1).padStart(String(snapshot.tasks.length).length);
  const shown = paint(stateTone(state), `${stateMark(state)} ${state.padEnd('ROLLBACK_FAILED'.length)}`);
  const title = fitted(taskTitle(table, index), width);
  return [`${number}  ${shown}  ${title}  ${length.padStart(9)}${attempts}${why}${waits}`.trimEnd()];
}

function widthOf({ steps }: StepTable, at: number): number {
  const { title = '', lanes = [] } = steps[at] ?? {};
  const lane = lanes.reduce((widest, name) => Math.max(widest, textWidth(name) + ' ()'.length), 0);
  return textWidth(title) + lane;
}

function prefixed(text: string): string {
  return text === '' ? '' : `  ${text}`;
}
