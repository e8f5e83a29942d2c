import { stateColours } from '../state-colours.ts';
import { durationText } from '../duration-text.ts';
import { fitted } from '../text-width.ts';
import type { Box } from './boxes.ts';
import type { BoxSize, Point } from './layout.ts';
import { element, escaped, px } from './markup.ts';

/** How the boxes of one picture are drawn. */
export interface BoxLook {
  /** A name as it may be shown. */
  readonly shown: (name: string) => string;
  /** State of a task by index; undefined when there is nothing to colour. */
  readonly states: ((task: number) => string) | undefined;
  /** Where a click on a box leads; undefined for a picture of its own. */
  readonly link: ((box: Box) => string) | undefined;
}

const width = 216;
const padding = 12;
const lineHeight = 17;
const nameCells = 24;
const noteCells = 28;
const barHeight = 5;

interface Line {
  readonly kind: 'name' | 'note' | 'warning';
  readonly text: string;
}

/** Every box is as wide, and as high as it has lines. */
export function boxSize(box: Box): BoxSize {
  return { width, height: 2 * padding + lineHeight * (1 + linesOf(box, (name) => name).length) - 2 };
}

/** What a box says, for those who hear it and as the text that stands beside the pointer. */
function boxTitle(box: Box, { shown, states }: BoxLook): string {
  const counts = states ? countedStates(box, states).map(([state, count]) => wordsOf(state, count, box)) : [];
  const marks = [
    ...(box.estimateMs > 0 ? [`about ${durationText(box.estimateMs)}${box.tasks.length > 1 ? ' each' : ''}`] : []),
    ...(box.isBarrier ? ['barrier'] : []),
    ...(box.isCritical ? ['on the critical path'] : []),
    ...(box.isIrreversible ? ['irreversible'] : []),
    ...counts,
  ];
  return [`${numberOf(box)} ${shown(box.name)}`, ...lanesText(box, shown), ...marks].join(', ');
}

/** A box with its texts around `middle`. */
export function drawBox(box: Box, middle: Point, look: BoxLook): string {
  const { height } = boxSize(box);
  const counts = look.states ? countedStates(box, look.states) : [];
  const content = [
    element('title', {}, escaped(boxTitle(box, look))),
    element('rect', { class: 'box', width, height, rx: box.isBarrier ? height / 2 : 8 }),
    ...textsOf(box, look.shown),
    ...(counts.length > 1 ? stateBar(counts, box, height) : []),
  ].join('');
  const transform = `translate(${px(middle.x - width / 2)} ${px(middle.y - height / 2)})`;
  const placed = element('g', { class: classesOf(box, counts), transform }, content);
  return look.link ? element('a', { href: look.link(box), 'aria-label': boxTitle(box, look) }, placed) : placed;
}

function classesOf({ isCritical, isIrreversible }: Box, counts: readonly StateCount[]): string | undefined {
  const [only] = counts.length === 1 ? (counts[0] ?? []) : [];
  const classes = [
    ...(only !== undefined && stateColours.has(only) ? [`state-${only}`] : []),
    ...(isCritical ? ['critical'] : []),
    ...(isIrreversible ? ['irreversible'] : []),
  ];
  return classes.length === 0 ? undefined : classes.join(' ');
}

function textsOf(box: Box, shown: (name: string) => string): readonly string[] {
  const inset = box.isBarrier ? padding + 10 : padding;
  const y = padding + 10;
  const head = [
    element('text', { x: inset, y }, escaped(numberOf(box))),
    ...(box.estimateMs > 0
      ? [element('text', { class: 'estimate', x: width - inset, y }, escaped(durationText(box.estimateMs)))]
      : []),
  ];
  const lines = linesOf(box, shown).map(({ kind, text }, at) =>
    element(
      'text',
      { class: kind === 'note' ? undefined : kind, x: inset, y: y + lineHeight * (at + 1) },
      escaped(fitted(text, kind === 'name' ? nameCells : noteCells).trimEnd()),
    ),
  );
  return [...head, ...lines];
}

function linesOf(box: Box, shown: (name: string) => string): readonly Line[] {
  const warning = box.isPointOfNoReturn ? 'point of no return' : 'irreversible';
  return [
    { kind: 'name', text: shown(box.name) },
    ...lanesText(box, shown).map((text): Line => ({ kind: 'note', text })),
    ...(box.isIrreversible ? [{ kind: 'warning', text: warning } as const] : []),
  ];
}

/** The lane of a task; of a step, the first lanes. */
function lanesText({ lanes, tasks }: Box, shown: (name: string) => string): readonly string[] {
  if (lanes.length === 0) return [];
  const first = lanes.slice(0, 3).map(shown).join(' ');
  return [tasks.length > 3 ? `${first} …` : first];
}

function numberOf({ tasks }: Box): string {
  const number = String((tasks[0] ?? -1) + 1);
  return tasks.length === 1 ? number : `${number}… · ${tasks.length.toLocaleString('en')} tasks`;
}

type StateCount = readonly [state: string, count: number];

function countedStates({ tasks }: Box, states: (task: number) => string): readonly StateCount[] {
  const counts = new Map<string, number>();
  for (const task of tasks) counts.set(states(task), (counts.get(states(task)) ?? 0) + 1);
  return [...counts];
}

function wordsOf(state: string, count: number, { tasks }: Box): string {
  return tasks.length === 1 ? state : `${count} ${state}`;
}

/** How many tasks are in which state, as parts of a bar along the lower edge. */
function stateBar(counts: readonly StateCount[], { tasks }: Box, height: number): readonly string[] {
  const whole = width - 2 * padding;
  let x = padding;
  return counts.map(([state, count]) => {
    const part = (whole * count) / tasks.length;
    const bar = element('rect', {
      class: `state-fill-${state}`,
      ...{ x: px(x), y: height - barHeight - 3, width: px(part), height: barHeight },
    });
    x += part;
    return bar;
  });
}
