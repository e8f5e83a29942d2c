import { displayName } from '../../graph/index.ts';
import { createScrubber, type Scrubber } from '../../secrets/index.ts';
import { estimatePlan, type EstimateBasis, type EstimateOptions, type PlanEstimate } from '../estimate.ts';
import type { Plan } from '../plan.ts';
import { comparisonLines } from './comparison-lines.ts';
import { durationText } from './duration-text.ts';
import { limitWords } from './limit-words.ts';
import { planRows, type PlanRow, type RowUpstream } from './plan-rows.ts';
import { fitted, textWidth, wrapped } from './text-width.ts';

/** How a plan is shown as text. */
export interface PlanTextOptions extends EstimateOptions {
  /** How many cells wide, at least 70. @default 100 */
  readonly width?: number | undefined;
  /** How many lines the lanes of one step may take. @default 2 */
  readonly laneLinesMax?: number | undefined;
  /** Lines that stand in place of the workflow's name, version and description; wrapped between words. */
  readonly heading?: readonly string[] | undefined;
  /** State of each task by index: shown in place of how the task is undone. */
  readonly states?: ((task: number) => string) | undefined;
}

const widthMin = 70;
const undoTexts = { undo: 'undo', irreversible: 'irreversible', none: '–' } as const;
const waitsWidthMax = 24;
const gap = '  ';

/**
 * A plan for a terminal: its size and estimate, then its steps by wave, the tasks of one step over many lanes in one
 * line. Values marked as secret are masked. No colours, no line end at the end. O((tasks + edges) log tasks).
 *
 * @throws RefusedError as `estimatePlan`
 */
export function planText(plan: Plan, options: PlanTextOptions = {}): string {
  const scrubber = createScrubber(plan.secrets);
  const estimate = estimatePlan(plan, options);
  const width = Math.max(widthMin, options.width ?? 100);
  const shown = (text: string): string => displayName(scrubber.text(text));
  const shownHeading = options.heading?.map((line) => scrubber.text(line).split(' ').map(displayName));
  const heading = shownHeading ?? headingOf(plan, scrubber);
  // A heading of one's own says itself where estimates come from.
  const basis = shownHeading ? [] : basisWords(estimate.basis);
  const header = [...heading, sizeLine(plan, estimate, basis), ...limitWords(estimate.limits, shown)].flatMap((line) =>
    wrapped(line, { width, linesMax: Infinity }),
  );
  header.push(...comparisonLines(estimate));
  if (plan.tasks.length === 0) return header.join('\n');
  const rows = planRows(plan, estimate);
  const { laneLinesMax = 2, states } = options;
  const table = new Table(rows, { width, laneLinesMax, scrubber, states });
  return [...header, '', ...table.lines(), '', ...table.legend()].join('\n');
}

/** Each line as the parts that stay together. */
function headingOf(plan: Plan, scrubber: Scrubber): readonly (readonly string[])[] {
  const { name, version, description } = plan.workflow;
  const shown = (text: string): string => displayName(scrubber.text(text));
  return [
    [`${shown(name)}, version ${shown(version)}`],
    ...(description === name ? [] : [shown(description).split(' ')]),
  ];
}

function sizeLine(plan: Plan, estimate: PlanEstimate, basis: readonly string[]): readonly string[] {
  const counts = [
    counted(plan.tasks.length, 'task'),
    counted(plan.graph.edgeCount, 'edge'),
    counted(estimate.waveCount, 'wave'),
  ];
  const concurrency = estimate.concurrency === Infinity ? 'as many as can' : `${estimate.concurrency}`;
  return [
    `${counts.join(', ')};`,
    `about ${durationText(estimate.makespanMs)} with ${concurrency} at a time`,
    `(${estimate.peakConcurrency} at most);`,
    `critical path ${durationText(estimate.criticalPathMs)}${basis.length === 0 ? '' : ';'}`,
    ...basis,
  ];
}

/** Where durations come from, as parts that stay together; nothing where nothing has any. */
function basisWords({ runs, observedSteps, steps }: EstimateBasis): readonly string[] {
  if (steps === 0) return [];
  if (observedSteps === 0) return ['durations as declared'];
  const observed = `durations observed in ${counted(runs, 'run')} for ${observedSteps} of ${counted(steps, 'step')}`;
  return observedSteps < steps ? [`${observed},`, 'as declared for the rest'] : [observed];
}

interface TableOptions {
  readonly width: number;
  readonly laneLinesMax: number;
  readonly scrubber: Scrubber;
  readonly states: PlanTextOptions['states'];
}

class Table {
  readonly #rows: readonly PlanRow[];
  readonly #options: TableOptions;
  readonly #widths: { wave: number; number: number; name: number; estimate: number; slack: number; waits: number };

  constructor(rows: readonly PlanRow[], options: TableOptions) {
    this.#rows = rows;
    this.#options = options;
    const widest = (head: string, cellOf: (row: PlanRow) => string): number =>
      rows.reduce((width, row) => Math.max(width, textWidth(cellOf(row))), head.length);
    const fixed = {
      wave: widest('wave', (row) => String(row.wave + 1)),
      number: widest('#', numberOf),
      estimate: widest('estimate', (row) => durationText(row.durationMs)),
      slack: widest('slack', (row) => durationText(row.slackMs)),
      waits: Math.min(
        waitsWidthMax,
        widest('waits for', (row) => waitsText(row.waitsFor)),
      ),
    };
    const lastWidth = options.states
      ? widest('state', (row) => this.#lastOf(row))
      : widest('undo', (row) => undoTexts[row.undo]);
    const taken =
      fixed.wave + fixed.number + fixed.estimate + fixed.slack + fixed.waits + lastWidth + 6 * gap.length + 2;
    const name = widest('task', (row) => this.#nameOf(row));
    this.#widths = { ...fixed, name: Math.max(4, Math.min(name, options.width - taken)) };
  }

  lines(): readonly string[] {
    const head = {
      mark: ' ',
      wave: 'wave',
      number: '#',
      name: 'task',
      estimate: 'estimate',
      slack: 'slack',
      waits: 'waits for',
      last: this.#options.states ? 'state' : 'undo',
    };
    const lines = [this.#line(head)];
    let wave = -1;
    let isReturnPossible = true;
    for (const row of this.#rows) {
      if (isReturnPossible && row.undo === 'irreversible') lines.push(this.#pointOfNoReturn());
      isReturnPossible &&= row.undo !== 'irreversible';
      lines.push(this.#line(this.#cells(row, row.wave === wave ? '' : String(row.wave + 1))), ...this.#laneLines(row));
      wave = row.wave;
    }
    return lines;
  }

  legend(): readonly string[] {
    const isFolded = this.#rows.some(({ tasks }) => tasks.length > 1);
    const notes = [
      '* is on the critical path',
      'slack is what can be lost without making that longer',
      ...(isFolded ? ['2… is every task of the line of task 2', 'own 2… is the one of the same lane'] : []),
    ];
    return wrapped(notes.join('; ').split(' '), { width: this.#options.width, linesMax: Infinity });
  }

  #cells(row: PlanRow, wave: string): Cells {
    return {
      mark: row.isCritical ? '*' : ' ',
      wave,
      number: numberOf(row),
      name: this.#nameOf(row),
      estimate: durationText(row.durationMs),
      slack: durationText(row.slackMs),
      waits: waitsText(row.waitsFor),
      last: this.#lastOf(row),
    };
  }

  /** How the tasks of a line are undone; or their states, with how many there are of each when they differ. */
  #lastOf({ tasks, undo }: PlanRow): string {
    const { states } = this.#options;
    if (!states) return undoTexts[undo];
    const counts = Array.from(Map.groupBy(tasks, states), ([state, members]) => ({ state, count: members.length }));
    return counts.map(({ state, count }) => (counts.length === 1 ? state : `${count} ${state}`)).join(', ');
  }

  #line({ mark, wave, number, name, estimate, slack, waits, last }: Cells): string {
    const widths = this.#widths;
    const columns = [
      wave.padStart(widths.wave),
      number.padStart(widths.number),
      fitted(name, widths.name),
      estimate.padStart(widths.estimate),
      slack.padStart(widths.slack),
      fitted(waits, widths.waits),
      last,
    ];
    return `${mark} ${columns.join(gap)}`.trimEnd();
  }

  #laneLines({ lanes, tasks }: PlanRow): readonly string[] {
    const indent = ' '.repeat(2 + this.#widths.wave + this.#widths.number + 3 * gap.length);
    const { width, laneLinesMax, scrubber } = this.#options;
    const count = tasks.length > 1 ? [`${tasks.length} tasks:`] : [];
    const lineWidth = width - indent.length - ' … 1234567 more'.length;
    // No line holds more words than cells; what is behind is counted and not looked at.
    const lookedAt = Math.min(lanes.length, laneLinesMax * width);
    const words = [...count, ...lanes.slice(0, lookedAt).map((lane) => displayName(scrubber.text(lane)))];
    const lines = wrapped(words, { width: lineWidth, linesMax: laneLinesMax, moreCount: lanes.length - lookedAt });
    return lines.map((line) => indent + line);
  }

  #pointOfNoReturn(): string {
    const text = '──── point of no return: no rollback of the whole run after this ';
    return text.padEnd(this.#options.width, '─').slice(0, this.#options.width);
  }

  #nameOf({ name }: PlanRow): string {
    return displayName(this.#options.scrubber.text(name));
  }
}

interface Cells {
  readonly mark: string;
  readonly wave: string;
  readonly number: string;
  readonly name: string;
  readonly estimate: string;
  readonly slack: string;
  readonly waits: string;
  readonly last: string;
}

function numberOf({ tasks }: PlanRow): string {
  return lineReference({ firstTask: tasks[0] ?? -1, isFolded: tasks.length > 1, isOwnLane: false });
}

function waitsText(upstreams: readonly RowUpstream[]): string {
  return upstreams.length === 0 ? '–' : upstreams.map(lineReference).join(', ');
}

function lineReference({ firstTask, isFolded, isOwnLane }: RowUpstream): string {
  return `${isOwnLane ? 'own ' : ''}${firstTask + 1}${isFolded ? '…' : ''}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
