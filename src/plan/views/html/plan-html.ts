import { createHash } from 'node:crypto';
import { createScrubber } from '../../../secrets/index.ts';
import type { Workflow } from '../../../workflow/index.ts';
import type { PlanEstimate } from '../../estimate.ts';
import { boxesOf, type Box, type Pictured } from '../svg/boxes.ts';
import { element, escaped, namesFor } from '../svg/markup.ts';
import { pictureOf } from '../svg/picture.ts';
import { gantt } from './gantt.ts';
import type { PageData } from './page-data.ts';
import { figuresOf } from './page-figures.ts';
import { groupsOf } from './page-groups.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { problemPanel } from './problem-panel.ts';
import { actualSpans, type PlanFacts } from './plan-facts.ts';
import { blockOf, shownDetails } from './shown-details.ts';
import { shownText } from './shown-text.ts';
import type { Told } from './task-details.ts';
import { pageBody } from './page-body.ts';

/** What a page can be made of: a plan, or what is recorded of one. */
export interface Paged extends Pictured {
  readonly workflow: Pick<Workflow, 'name'> & Partial<Pick<Workflow, 'version' | 'description'>>;
}

/**
 * A plan as one page that needs nothing else, no network either: its graph, its schedule, its tasks, and each task's
 * details: with `facts.finding` what it would do, with `facts.actual` what became of it. At most 5 MB: of a plan that is
 * larger, details of as many tasks as fit, and the page says how many. Everything that is shown is escaped, and values
 * marked as secret are masked. O((tasks + edges) log tasks).
 *
 * @param estimate of the same plan, by `estimatePlan`
 */
export function planHtml(plan: Paged, estimate: PlanEstimate, facts: PlanFacts = {}): string {
  const scrubber = createScrubber(plan.secrets);
  const spans = facts.actual ? actualSpans(facts.actual) : [];
  const told: Told = { plan, estimate, critical: new Set(estimate.criticalPath), facts, spans, scrubber };
  const graph = boxesOf(plan, estimate.durationsMs);
  const tasks = shownDetails(told, graph.boxes);
  const data: PageData = { tasks, groups: groupsOf(told, graph.boxes, tasks) };
  const shown = namesFor(scrubber);
  const states = facts.actual?.tasks;
  const picture = pictureOf(graph, { shown, states: states && ((task) => states[task]?.state ?? ''), link: linkOf });
  const { name, version, description = name } = plan.workflow;
  const body = pageBody({
    title: facts.actual ? `${shown(name)}, run ${facts.actual.id}` : shown(name),
    subtitle: [
      ...(version === undefined ? [] : [`Version ${shown(version)}.`]),
      ...(description === name ? [] : [shownText(scrubber.text(description))]),
    ].join(' '),
    figures: figuresOf(told),
    problems: problemPanel(facts, (text) => scrubber.text(text)),
    picture,
    chart: gantt({ boxes: graph.boxes, estimate, actual: facts.actual, spans, shown, link: linkOf }),
    isRun: facts.actual !== undefined,
    detailed: { count: tasks.length, of: plan.tasks.length },
  });
  return documentOf(facts.actual ? `Run ${facts.actual.id}: ${shown(name)}` : `Plan: ${shown(name)}`, body, data);
}

/** The page's own style and script are known by their hashes; nothing else may be loaded, run or sent anywhere. */
function documentOf(title: string, body: string, data: PageData): string {
  const style = `\n${pageStyle()}\n`;
  const script = `\n${pageScript()}`;
  const policy = [
    `default-src 'none'`,
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    element('title', {}, escaped(title)),
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    body,
    `<script type="application/json" id="data">${blockOf(data)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
  ].join('\n');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function linkOf({ index, tasks }: Box): string {
  return tasks.length === 1 ? `#t${(tasks[0] ?? -1) + 1}` : `#s${index}`;
}
