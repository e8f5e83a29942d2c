import { isInFlight, type TaskSnapshot } from '../../state/index.ts';
import { lanesOf } from './lanes.ts';
import type { Paint } from './paint.ts';
import { lineOf, type Span } from './spans.ts';
import { leadingState, stateMark, stateTone } from './state-words.ts';
import type { Step } from './steps.ts';
import { durationText, fitted, textWidth } from '../../plan/index.ts';
import { cleanLine } from '../../text/index.ts';
import { waitingText, type Instant } from './waiting.ts';

/** What the live view shows, and how much room there is for it. */
export interface LiveFrame extends Instant {
  /** What running tasks say of how far they are, by index. */
  readonly progress: ReadonlyMap<number, string>;
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  /** The last line, such as what keys do. */
  readonly hint?: string;
}

const rowsMin = 4;

/**
 * A run at one instant, as lines that fit into the terminal: a heading, then a line a step with its hosts aside, how
 * long it takes, and what it waits for. When there are more steps than rows, those at work stay. Pure; O(tasks + edges).
 */
export function liveLines(frame: LiveFrame): readonly string[] {
  const { columns, rows, paint, hint } = frame;
  const foot = hint === undefined ? [] : [lineOf([{ text: hint, tone: 'quiet' }], columns, paint)];
  const room = Math.max(rowsMin, rows) - 2 - foot.length;
  const lines = stepWindow(frame, room).map((spans) => lineOf(spans, columns, paint));
  return [lineOf(heading(frame), columns, paint), ...lines, ...foot];
}

function heading({ snapshot, nowMs }: LiveFrame): readonly Span[] {
  const { name, id, state, tasks, startedAtMs = nowMs, finishedAtMs = nowMs } = snapshot;
  const done = tasks.filter((task) => task.state === 'SUCCESS' || task.state === 'SKIPPED').length;
  const running = tasks.filter((task) => isInFlight(task.state)).length;
  const failed = tasks.filter((task) => task.state === 'FAILED' || task.state === 'ROLLBACK_FAILED').length;
  return [
    { text: cleanLine(name), tone: 'strong' },
    { text: `  run ${id}  ` },
    { text: state, tone: stateTone(state) },
    { text: `  ${durationText(finishedAtMs - startedAtMs)}  ${done} of ${tasks.length} done` },
    { text: running > 0 ? `, ${running} running` : '' },
    { text: failed > 0 ? `, ${failed} failed` : '', tone: 'bad' },
  ];
}

/** As many steps as there is room for; those left out at either end are counted, unless there is room for next to nothing. */
function stepWindow(frame: LiveFrame, room: number): readonly (readonly Span[])[] {
  const { steps } = frame.table;
  if (steps.length <= room) return steps.map((step) => stepLine(frame, step));
  const isCounted = room > 2;
  const shown = isCounted ? room - 2 : room;
  // The last step that is done stands above those at work, if there is room for both.
  const from = Math.min(Math.max(0, firstOpen(frame) - (shown > 1 ? 1 : 0)), steps.length - shown);
  const after = steps.length - from - shown;
  return [
    ...(isCounted && from > 0 ? [counted(from, 'above')] : []),
    ...steps.slice(from, from + shown).map((step) => stepLine(frame, step)),
    ...(isCounted && after > 0 ? [counted(after, 'below')] : []),
  ];
}

function counted(steps: number, where: string): readonly Span[] {
  return [{ text: `  … ${steps} more ${steps === 1 ? 'step' : 'steps'} ${where}`, tone: 'quiet' }];
}

/** The first step that is not done; the last one when all are. */
function firstOpen({ table, snapshot }: LiveFrame): number {
  const at = table.steps.findIndex((step) => leadingState(statesOf(snapshot.tasks, step)) !== 'SUCCESS');
  return at === -1 ? table.steps.length - 1 : at;
}

function stepLine(frame: LiveFrame, step: Step): readonly Span[] {
  const { snapshot, table, columns } = frame;
  const state = leadingState(statesOf(snapshot.tasks, step));
  const widest = table.steps.reduce((width, { title }) => Math.max(width, textWidth(title)), 0);
  const titleWidth = Math.min(widest, Math.max(12, Math.floor(columns * 0.45)));
  const elapsed = elapsedText(frame, step);
  const head: Span[] = [
    { text: `  ${stateMark(state)} `, tone: stateTone(state) },
    { text: fitted(step.title, titleWidth), tone: state === 'PENDING' ? 'quiet' : undefined },
    { text: `  ${elapsed.padStart(8)}  `, tone: 'quiet' },
  ];
  const taken = head.reduce((sum, { text }) => sum + textWidth(text), 0);
  return [...head, ...aside(frame, step, columns - taken)];
}

/** Beside a step stand its hosts; beside one that has not begun, what it waits for; beside a lone task, what it says. */
function aside(frame: LiveFrame, step: Step, room: number): readonly Span[] {
  const states = statesOf(frame.snapshot.tasks, step);
  const isWaiting = states.every((state) => state === 'PENDING' || state === 'READY');
  if (isWaiting) return [{ text: waitingText(frame, step.tasks), tone: 'quiet' }];
  if (step.lanes.length > 0) return lanesOf(frame, step, room);
  return loneAside(frame, step.tasks[0] ?? -1);
}

function loneAside({ snapshot, progress }: LiveFrame, index: number): readonly Span[] {
  const task = snapshot.tasks[index];
  if (!task || task.state === 'SUCCESS') return [];
  if (task.state === 'RUNNING') return [{ text: progress.get(index) ?? '' }];
  return [{ text: `${task.state} `, tone: stateTone(task.state) }, { text: cleanLine(task.error?.message ?? '') }];
}

function elapsedText({ snapshot, nowMs }: LiveFrame, step: Step): string {
  const tasks = step.tasks.flatMap((index) => snapshot.tasks[index] ?? []);
  const starts = tasks.flatMap(({ startedAtMs }) => startedAtMs ?? []);
  if (starts.length === 0) return '';
  const ends = tasks.map(({ state, finishedAtMs }) => (isInFlight(state) ? nowMs : (finishedAtMs ?? 0)));
  const start = starts.reduce((a, b) => Math.min(a, b));
  const end = ends.reduce((a, b) => Math.max(a, b), start);
  return durationText(end - start);
}

function statesOf(tasks: readonly TaskSnapshot[], step: Step): readonly TaskSnapshot['state'][] {
  return step.tasks.map((index) => tasks[index]?.state ?? 'PENDING');
}
