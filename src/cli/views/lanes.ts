import { isInFlight, type TaskSnapshot } from '../../state/index.ts';
import type { Span } from './spans.ts';
import { stateMark, stateTone } from './state-words.ts';
import type { Step } from './steps.ts';
import { durationText, textWidth } from '../../plan/index.ts';
import type { Instant } from './waiting.ts';

interface LaneFrame extends Instant {
  readonly progress: ReadonlyMap<number, string>;
}

/**
 * The hosts of a step side by side, each with its mark. Where there is no room for all, those that failed or are at
 * work come first, and the others are counted. O(lanes log lanes).
 */
export function lanesOf(frame: LaneFrame, step: Step, room: number): readonly Span[] {
  const lanes = step.tasks.map((task, at) => laneSpans(frame, task, step.lanes[at] ?? ''));
  if (widthOf(lanes) <= room) return lanes.flat();
  const rank = step.tasks.map((task) => urgency(frame.snapshot.tasks[task]));
  const order = lanes.map((_, at) => at).toSorted((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b);
  const done = step.tasks.filter((task) => frame.snapshot.tasks[task]?.state === 'SUCCESS').length;
  const count: Span = { text: `${done} of ${lanes.length} done  `, tone: 'quiet' };
  const shown: (readonly Span[])[] = [];
  for (const at of order) {
    const next = [...shown, lanes[at] ?? []];
    if ((rank[at] ?? 0) === settled || textWidth(count.text) + widthOf(next) > room) break;
    shown.push(lanes[at] ?? []);
  }
  return [count, ...shown.flat()];
}

const settled = 2;

/** 0 needs a person, 1 is at work, 2 is over or has not begun. */
function urgency(task: TaskSnapshot | undefined): number {
  const state = task?.state ?? 'PENDING';
  if (isInFlight(state)) return 1;
  return state === 'FAILED' || state === 'ROLLBACK_FAILED' || state === 'UNKNOWN' ? 0 : settled;
}

function laneSpans({ snapshot, nowMs, progress }: LaneFrame, index: number, lane: string): readonly Span[] {
  const task = snapshot.tasks[index];
  const state = task?.state ?? 'PENDING';
  const isBusy = isInFlight(state);
  const elapsed = isBusy && task?.startedAtMs !== undefined ? ` ${durationText(nowMs - task.startedAtMs)}` : '';
  const said = isBusy ? (progress.get(index) ?? '') : '';
  return [
    { text: `${stateMark(state)} `, tone: stateTone(state) },
    { text: lane },
    { text: `${elapsed}${said === '' ? '' : ` ${said}`}  `, tone: 'quiet' },
  ];
}

function widthOf(lanes: readonly (readonly Span[])[]): number {
  return lanes.flat().reduce((sum, { text }) => sum + textWidth(text), 0) - (lanes.length > 0 ? 2 : 0);
}
