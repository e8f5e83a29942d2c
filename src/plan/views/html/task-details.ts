import { downstreamsOf, intAt, numberAt, upstreamsOf } from '../../../graph/index.ts';
import type { Scrubber } from '../../../secrets/index.ts';
import type { PlanEstimate } from '../../estimate.ts';
import { durationText } from '../duration-text.ts';
import type { Pictured } from '../svg/boxes.ts';
import { namesFor } from '../svg/markup.ts';
import { undoOf } from '../undo-kind.ts';
import type { Excerpt, Fact, PageTask } from './page-data.ts';
import type { ActualTask, PlanFacts, PlanFinding, Span } from './plan-facts.ts';
import { shownText } from './shown-text.ts';

/** What the details of a plan's tasks are told from. */
export interface Told {
  readonly plan: Pictured;
  readonly estimate: PlanEstimate;
  readonly critical: ReadonlySet<number>;
  readonly facts: PlanFacts;
  /** When each task really ran. */
  readonly spans: readonly (Span | undefined)[];
  readonly scrubber: Scrubber;
}

const linksMax = 40;
const stepsMax = 40;

/** What a page knows of one task; bounded, however many links, steps and characters there are. */
export function taskDetails(told: Told, task: number): PageTask {
  const { plan, facts, scrubber } = told;
  const declared = plan.tasks[task];
  if (!declared) throw new RangeError(`The plan has no task ${task}.`);
  const shown = namesFor(scrubber);
  const actual = facts.actual?.tasks[task];
  const finding = facts.finding?.(task);
  return {
    number: task + 1,
    name: shown(declared.name),
    ...(declared.lane ? { lane: shown(declared.lane.key) } : {}),
    ...(declared.description === declared.name ? {} : { description: shownText(scrubber.text(declared.description)) }),
    tags: tagsOf(told, task, finding),
    facts: [...plannedFacts(told, task), ...(actual ? actualFacts(told, task, actual) : [])],
    upstreams: excerptOf(upstreamsOf(plan.graph, task)),
    downstreams: excerptOf(downstreamsOf(plan.graph, task)),
    ...(actual?.error ? { error: errorText(actual.error, scrubber) } : {}),
    ...(finding ? findingDetails(finding, scrubber) : {}),
  };
}

/** The first tasks of a list by number, and how many it has. */
export function excerptOf(tasks: Int32Array | readonly number[], most = linksMax): Excerpt {
  return { tasks: Array.from(tasks.slice(0, most), (task) => task + 1).toSorted((a, b) => a - b), count: tasks.length };
}

function tagsOf({ plan, critical, facts }: Told, task: number, finding: PlanFinding | undefined): readonly string[] {
  const state = facts.actual?.tasks[task]?.state;
  return [
    ...(state === undefined ? [] : [state]),
    ...(finding ? [finding.kind] : []),
    ...(critical.has(task) ? ['critical path'] : []),
    ...(plan.tasks[task]?.irreversible ? ['irreversible'] : []),
    ...(plan.tasks[task]?.kind === 'barrier' ? ['barrier'] : []),
  ];
}

function plannedFacts({ plan, estimate, critical, scrubber }: Told, task: number): readonly Fact[] {
  const declared = plan.tasks[task];
  if (!declared) return [];
  const shown = namesFor(scrubber);
  const slack = critical.has(task)
    ? 'none: it is on the critical path'
    : durationText(numberAt(estimate.slackMs, task));
  return [
    ['Key', shown(declared.key)],
    ['Estimate', durationText(declared.estimateMs)],
    ['Planned', spanText([numberAt(estimate.startMs, task), numberAt(estimate.finishMs, task)])],
    ['Slack', slack],
    ['Wave', String(intAt(estimate.waves, task) + 1)],
    ['Limits', declared.limits.length === 0 ? 'none' : declared.limits.slice(0, 10).map(shown).join(', ')],
    ...(declared.timeoutMs === undefined ? [] : [['Time limit', durationText(declared.timeoutMs)] as const]),
    ['Undo', undoText(declared)],
    ...(declared.skippable ? [] : [['Skipping', 'not allowed'] as const]),
  ];
}

function undoText(task: Pictured['tasks'][number]): string {
  const kind = undoOf(task);
  if (kind === 'irreversible') return 'irreversible: no rollback of the whole run after this';
  if (kind === 'undo') return 'has an undo';
  return task.body ? 'nothing to undo' : 'not recorded';
}

function actualFacts({ spans, estimate }: Told, task: number, { state, attempt }: ActualTask): readonly Fact[] {
  const span = spans[task];
  const plannedMs = numberAt(estimate.finishMs, task) - numberAt(estimate.startMs, task);
  return [
    ['State', state],
    ['Attempts', String(attempt)],
    ...(span ? [['Actual', `${spanText(span)}, planned ${durationText(plannedMs)}`] as const] : []),
  ];
}

/** From when to when, and how long that is. */
function spanText([startMs, finishMs]: Span): string {
  return `${durationText(startMs)} to ${durationText(finishMs)} (${durationText(finishMs - startMs)})`;
}

function errorText(error: NonNullable<ActualTask['error']>, scrubber: Scrubber): string {
  const { code, message, next } = scrubber.error(error);
  return shownText([`${code}: ${message}`, ...(next === undefined ? [] : [next])].join('\n'));
}

function findingDetails(finding: PlanFinding, scrubber: Scrubber): Partial<PageTask> {
  switch (finding.kind) {
    case 'done':
      return { output: shownText(JSON.stringify(scrubber.json(finding.output), null, 2)) };
    case 'unknown':
      return { unknown: shownText(scrubber.text(finding.why)) };
    case 'needed': {
      if (!finding.steps) return {};
      const steps = finding.steps.slice(0, stepsMax).map((step) => {
        const text = shownText(scrubber.text(step.text));
        return step.kind === 'note'
          ? { kind: 'note', text }
          : { kind: step.kind, host: shownText(scrubber.text(step.host)), text };
      });
      return finding.steps.length > stepsMax ? { steps, stepCount: finding.steps.length } : { steps };
    }
  }
}
