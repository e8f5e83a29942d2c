import { numberAt } from '../../../graph/index.ts';
import type { PlanEstimate } from '../../estimate.ts';
import { durationText } from '../duration-text.ts';
import { fitted } from '../text-width.ts';
import type { Box } from '../svg/boxes.ts';
import { element, escaped } from '../svg/markup.ts';
import type { ActualRun, Span } from './plan-facts.ts';

/** What a chart of a schedule is drawn from. */
export interface GanttParts {
  readonly boxes: readonly Box[];
  readonly estimate: PlanEstimate;
  readonly actual: ActualRun | undefined;
  /** When each task really ran. */
  readonly spans: readonly (Span | undefined)[];
  readonly shown: (name: string) => string;
  /** Where a line leads. */
  readonly link: (box: Box) => string;
}

const linesMax = 300;
const nameCells = 30;

/** A line a box, the first that starts uppermost: when it is planned, and below that when it really was. */
export function gantt(parts: GanttParts): string {
  const { boxes, estimate, actual, spans } = parts;
  const lines = boxes.map((box) => ({ box, planned: plannedSpan(estimate, box), real: realSpan(spans, box) }));
  const wholeMs = lines.reduce(
    (latest, { planned, real }) => Math.max(latest, planned[1], real?.[1] ?? 0),
    Math.max(1, estimate.makespanMs),
  );
  const sorted = lines.toSorted((a, b) => a.planned[0] - b.planned[0] || a.box.index - b.box.index);
  const drawn = sorted.slice(0, linesMax).map(({ box, planned, real }) => {
    const bars = [bar(planned, wholeMs, { class: box.isCritical ? 'planned critical' : 'planned', y: real ? 3 : 6 })];
    if (real) bars.push(bar(real, wholeMs, { class: `actual state-fill-${worstState(actual, box)}`, y: 13 }));
    return line(parts, { box, planned, real }, bars.join(''));
  });
  const rest = sorted.length - drawn.length;
  return [
    axis(wholeMs),
    ...drawn,
    ...(rest > 0
      ? [element('p', { class: 'omission' }, `${rest.toLocaleString('en')} more lines are not drawn.`)]
      : []),
  ].join('\n');
}

interface Line {
  readonly box: Box;
  readonly planned: Span;
  readonly real: Span | undefined;
}

function line({ shown, link }: GanttParts, { box, planned, real }: Line, bars: string): string {
  const number = (box.tasks[0] ?? -1) + 1;
  const name = shown(box.name);
  const lane = box.tasks.length > 1 ? `${box.tasks.length.toLocaleString('en')} tasks` : box.lanes.map(shown).join('');
  const times = `planned ${durationText(planned[0])} to ${durationText(planned[1])}`;
  const actual = real ? `, actual ${durationText(real[0])} to ${durationText(real[1])}` : '';
  const label = [`${number} ${name}`, ...(lane === '' ? [] : [lane]), times + actual].join(', ');
  const text = [
    element('span', { class: 'number' }, `${number}${box.tasks.length > 1 ? '…' : ''}`),
    element('span', { class: 'what' }, escaped(fitted(name, nameCells).trimEnd())),
    element('span', { class: 'lane' }, escaped(lane === '' ? ' ' : fitted(lane, 14).trimEnd())),
  ].join('');
  const chart = element('svg', { class: 'bars', 'aria-hidden': 'true' }, bars);
  return element('a', { class: 'gantt-line', href: link(box), 'aria-label': label, title: label }, text + chart);
}

function bar([startMs, finishMs]: Span, wholeMs: number, look: { class: string; y: number }): string {
  const share = (ms: number): string => `${Math.round((ms / wholeMs) * 1e4) / 100}%`;
  const height = look.class.startsWith('actual') ? 5 : 8;
  // What takes next to no time is seen all the same: two pixels.
  const width = (finishMs - startMs) / wholeMs < 0.004 ? '2' : share(finishMs - startMs);
  return element('rect', { ...look, x: share(startMs), width, height, rx: 2 });
}

/** Times that people count in, at most eight of them. */
function axis(wholeMs: number): string {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400].map(
      (seconds) => seconds * 1e3,
    ),
  );
  const stepMs = steps.find((step) => wholeMs / step <= 8) ?? Math.ceil(wholeMs / 8 / 86_400_000) * 86_400_000;
  const marks = Array.from({ length: Math.floor(wholeMs / stepMs) + 1 }, (_, at) => at * stepMs);
  // A mark at the very end has no room for its text.
  const texts = marks
    .filter((ms) => ms / wholeMs < 0.93)
    .map((ms) => element('text', { x: `${Math.round((ms / wholeMs) * 1e4) / 100}%`, y: 12 }, durationText(ms)));
  return element(
    'div',
    { class: 'gantt-axis', 'aria-hidden': 'true' },
    element('svg', { class: 'bars' }, texts.join('')),
  );
}

function plannedSpan({ startMs, finishMs }: PlanEstimate, { tasks }: Box): Span {
  return tasks.reduce<Span>(
    ([start, finish], task) => [Math.min(start, numberAt(startMs, task)), Math.max(finish, numberAt(finishMs, task))],
    [Infinity, 0],
  );
}

function realSpan(spans: GanttParts['spans'], { tasks }: Box): Span | undefined {
  return tasks.reduce<Span | undefined>((whole, task) => {
    const span = spans[task];
    if (!span || !whole) return span ?? whole;
    return [Math.min(whole[0], span[0]), Math.max(whole[1], span[1])];
  }, undefined);
}

/** What asks most for attention comes first. */
const byConcern = [
  'FAILED',
  'ROLLBACK_FAILED',
  'UNKNOWN',
  'CANCELLING',
  'CANCELLED',
  'ROLLING_BACK',
  'RUNNING',
  'READY',
  'PENDING',
  'SKIPPED',
  'ROLLED_BACK',
];

function worstState(actual: ActualRun | undefined, { tasks }: Box): string {
  const states = new Set(tasks.map((task) => actual?.tasks[task]?.state ?? ''));
  return byConcern.find((state) => states.has(state)) ?? 'SUCCESS';
}
