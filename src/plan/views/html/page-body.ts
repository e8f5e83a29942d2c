import { element, escaped } from '../svg/markup.ts';
import type { Picture } from '../svg/picture.ts';

/** What stands on a page; texts are not escaped yet. */
export interface PageParts {
  readonly title: string;
  readonly subtitle: string;
  readonly figures: readonly (readonly [label: string, text: string])[];
  /** Markup. */
  readonly problems: string;
  readonly picture: Picture;
  /** Markup. */
  readonly chart: string;
  readonly isRun: boolean;
  /** Details of how many tasks are on the page, of how many. */
  readonly detailed: { readonly count: number; readonly of: number };
}

/** The page without its style, data and script. */
export function pageBody(parts: PageParts): string {
  return [
    '<a class="skip" href="#tasks">To the list of tasks</a>',
    header(parts),
    '<main>',
    '<div>',
    parts.problems,
    graphPanel(parts.picture),
    chartPanel(parts),
    taskPanel(parts.detailed),
    '</div>',
    detailPanel,
    '</main>',
  ].join('\n');
}

function header({ title, subtitle, figures }: PageParts): string {
  const terms = figures.map(
    ([label, text]) => `<div>${element('dt', {}, escaped(label))}${element('dd', {}, escaped(text))}</div>`,
  );
  const below = subtitle === '' ? '' : element('p', { class: 'subtitle' }, escaped(subtitle));
  return `<header>\n${element('h1', {}, escaped(title))}\n${below}\n<dl class="figures">${terms.join('')}</dl>\n</header>`;
}

function graphPanel({ width, height, markup, omission }: Picture): string {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const svg = element(
    'svg',
    { class: 'picture', role: 'group', 'aria-label': 'Tasks and what they wait for', ...size },
    markup,
  );
  const legend = [key('critical', 'critical path'), '<li>round: barrier</li>', '<li>dashed: irreversible</li>'];
  return panel('graph', 'Graph', legend, [
    element('div', { class: 'graph', 'data-walk': '' }, svg),
    ...(omission ? [element('p', { class: 'omission' }, escaped(omission))] : []),
  ]);
}

function chartPanel({ chart, isRun }: PageParts): string {
  const legend = [
    key('planned', 'planned'),
    key('critical', 'planned, critical path'),
    ...(isRun ? ['<li>below: actual, by state</li>'] : []),
  ];
  return panel('schedule', isRun ? 'Planned and actual' : 'Schedule', legend, [`<div data-walk="">\n${chart}\n</div>`]);
}

function taskPanel({ count, of }: PageParts['detailed']): string {
  const note = `This page has the details of ${count.toLocaleString('en')} of ${of.toLocaleString('en')} tasks.`;
  return panel(
    'tasks',
    'Tasks',
    [],
    [
      '<div class="filters">',
      '<label for="filter">Find</label><input id="filter" type="search" autocomplete="off" placeholder="number, name, lane, key">',
      '<label for="tag">Only</label><select id="tag"><option value="">all</option></select>',
      '<span id="found" class="quiet" role="status"></span>',
      '</div>',
      '<div id="rows" data-walk=""></div>',
      '<button id="more" type="button" hidden>Show more</button>',
      ...(count < of ? [element('p', { class: 'omission' }, note)] : []),
    ],
  );
}

const detailPanel = `
<aside class="panel aside" aria-labelledby="details-title">
<p id="hint" class="quiet">Choose a task: click it, or go to it with Tab and the arrow keys and press Enter. Escape closes it again.</p>
<div id="details" hidden>
<div class="details-head"><h2 id="details-title" tabindex="-1">Details</h2><button id="close" type="button" aria-label="Close the details">Close</button></div>
<div id="details-body"></div>
</div>
</aside>`.trim();

function panel(id: string, title: string, legend: readonly string[], content: readonly string[]): string {
  const keys = legend.length === 0 ? '' : `<ul class="legend">${legend.join('')}</ul>`;
  return [
    `<section class="panel" id="${id}" aria-labelledby="${id}-title">`,
    `<div class="panel-head"><h2 id="${id}-title">${title}</h2>${keys}</div>`,
    ...content,
    '</section>',
  ].join('\n');
}

function key(look: string, text: string): string {
  const line = element('rect', { class: look, width: 22, height: 8, y: 1, rx: 2 });
  return `<li>${element('svg', { 'aria-hidden': 'true' }, line)}${text}</li>`;
}
