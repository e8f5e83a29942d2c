import type { PageDocument, PageElement, PageEvent, PageWindow } from './browser.ts';
import type { Excerpt, Fact, PageData, PageGroup, PageStep, PageTask } from './page-data.ts';

// The functions of this file run in the reader's browser: `pageScript` is their own source, one after the other. So they
// use nothing but each other and the browser, and make elements and text nodes, never markup.

declare const document: PageDocument;
declare const window: PageWindow;

/** The page's script as text: what these functions are, without their types, and the call of the first. O(1). */
export function pageScript(): string {
  const parts = [
    ...[startPage, taskList, showChosen, markChosen, chosenFrom, taskPanel, groupPanel, findingParts, stepList],
    ...[factList, linkParts, taskLink, walk, nearest, middleOf, make, byId],
  ];
  return `'use strict';\n${parts.map(String).join('\n')}\nstartPage();\n`;
}

function startPage(): void {
  const data = JSON.parse(byId('data').textContent ?? '{}') as PageData;
  const tasks = new Map(data.tasks.map((task) => [task.number, task]));
  let origin: PageElement | null = null;
  taskList(data.tasks);
  const show = (): void => {
    showChosen(data, tasks);
    if (!byId('details').hidden) byId('details-title').focus({ preventScroll: true });
  };
  const close = (): void => {
    // No element has this name, so nothing is scrolled.
    window.location.hash = 'none';
    origin?.focus();
  };
  window.addEventListener('hashchange', show);
  byId('close').addEventListener('click', close);
  document.addEventListener('click', ({ target }) => {
    const link = target.closest('[data-walk] a');
    if (link) origin = link;
    // The same once more: the address does not change, the reader wants to be there all the same.
    if (link?.getAttribute('href') === window.location.hash) show();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    else walk(event);
  });
  for (const list of document.querySelectorAll('[data-walk]')) {
    for (const [at, link] of [...list.querySelectorAll('a')].entries()) link.tabIndex = at === 0 ? 0 : -1;
  }
  // Whoever opens the page has not chosen yet where to be.
  showChosen(data, tasks);
}

/** The list of tasks, narrowed down as the reader types; so many at once that a browser is quick. */
function taskList(tasks: readonly PageTask[]): void {
  const most = 200;
  let count = most;
  const words = byId('filter');
  const tag = byId('tag');
  for (const name of new Set(tasks.flatMap(({ tags }) => tags))) {
    const option = make('option', '', name);
    option.setAttribute('value', name);
    tag.append(option);
  }
  const texts = tasks.map(({ number, name, lane, facts }) =>
    `${number} ${name} ${lane ?? ''} ${facts[0]?.[1] ?? ''}`.toLowerCase(),
  );
  const render = (): void => {
    const wanted = words.value
      .toLowerCase()
      .split(' ')
      .filter((word) => word !== '');
    const found = tasks.filter((task, at) => {
      const hasTag = tag.value === '' || task.tags.includes(tag.value);
      return hasTag && wanted.every((word) => texts[at]?.includes(word));
    });
    byId('found').textContent = `${found.length.toLocaleString('en')} of ${tasks.length.toLocaleString('en')}`;
    byId('more').hidden = found.length <= count;
    const rows = found.slice(0, count).map((task, at) => {
      const row = make('a', 'task-row', '');
      row.setAttribute('href', `#t${task.number}`);
      row.tabIndex = at === 0 ? 0 : -1;
      row.append(make('span', 'number', String(task.number)), make('span', 'what', task.name));
      row.append(make('span', 'lane', task.lane ?? ''), make('span', 'tags', task.tags.join(' · ')));
      return row;
    });
    byId('rows').replaceChildren(...rows);
    markChosen();
  };
  const anew = (): void => {
    count = most;
    render();
  };
  words.addEventListener('input', anew);
  tag.addEventListener('change', anew);
  byId('more').addEventListener('click', () => {
    count += most;
    render();
  });
  render();
}

function showChosen(data: PageData, tasks: ReadonlyMap<number, PageTask>): void {
  const { kind, number } = chosenFrom(window.location.hash);
  const panel = byId('details');
  const task = kind === 't' ? tasks.get(number) : undefined;
  const group = kind === 's' ? data.groups.find(({ id }) => id === number) : undefined;
  panel.hidden = kind === '';
  byId('hint').hidden = kind !== '';
  markChosen();
  if (kind === '') return;
  const missing = (): readonly PageElement[] => [make('p', 'quiet', 'There was no room for its details on this page.')];
  const parts = task ? taskPanel(task, tasks) : group ? groupPanel(group, tasks) : missing();
  const title = byId('details-title');
  title.textContent = task ? `${task.number} ${task.name}` : (group?.name ?? `Task ${number}`);
  byId('details-body').replaceChildren(...parts);
}

function markChosen(): void {
  for (const link of document.querySelectorAll('[data-walk] a[aria-current]')) link.removeAttribute('aria-current');
  if (chosenFrom(window.location.hash).kind === '') return;
  for (const link of document.querySelectorAll(`[data-walk] a[href="${window.location.hash}"]`))
    link.setAttribute('aria-current', 'true');
}

function chosenFrom(hash: string): { kind: string; number: number } {
  const [, kind = '', number = '0'] = /^#([ts])(\d{1,9})$/.exec(hash) ?? [];
  return { kind, number: Number(number) };
}

function taskPanel(task: PageTask, tasks: ReadonlyMap<number, PageTask>): readonly PageElement[] {
  return [
    ...(task.lane === undefined ? [] : [make('p', 'lane-title', task.lane)]),
    ...(task.description === undefined ? [] : [make('p', 'description', task.description)]),
    ...(task.error === undefined ? [] : [make('pre', 'error', task.error)]),
    ...findingParts(task),
    factList(task.facts),
    ...linkParts('Waits for', task.upstreams, tasks),
    ...linkParts('Lets go on', task.downstreams, tasks),
  ];
}

function groupPanel(group: PageGroup, tasks: ReadonlyMap<number, PageTask>): readonly PageElement[] {
  return [factList(group.facts), ...linkParts('Tasks', group.tasks, tasks)];
}

/** What a dry run found out. */
function findingParts(task: PageTask): readonly PageElement[] {
  if (task.output !== undefined)
    return [make('h4', 'done', 'Done already, with this output'), make('pre', '', task.output)];
  if (task.unknown !== undefined) return [make('h4', 'unknown', 'Unknown'), make('p', '', task.unknown)];
  if (!task.tags.includes('needed')) return [];
  const { steps } = task;
  if (!steps)
    return [make('h4', 'needed', 'Needed'), make('p', 'quiet', 'It cannot tell beforehand what it would do.')];
  if (steps.length === 0) return [make('h4', 'needed', 'Needed')];
  const more =
    task.stepCount === undefined ? [] : [make('p', 'quiet', `The first ${steps.length} of ${task.stepCount}.`)];
  return [make('h4', 'needed', 'Needed: it would do this'), stepList(steps), ...more];
}

function stepList(steps: readonly PageStep[]): PageElement {
  const list = make('ol', 'steps', '');
  for (const { kind, host, text } of steps) {
    const item = make('li', kind, '');
    if (host !== undefined) item.append(make('span', 'host', `${kind === 'sql' ? 'SQL' : 'command'} on ${host}`));
    item.append(make(kind === 'note' ? 'p' : 'pre', '', text));
    list.append(item);
  }
  return list;
}

function factList(facts: readonly Fact[]): PageElement {
  const list = make('dl', 'facts', '');
  for (const [label, text] of facts) list.append(make('dt', '', label), make('dd', '', text));
  return list;
}

function linkParts(label: string, excerpt: Excerpt, tasks: ReadonlyMap<number, PageTask>): readonly PageElement[] {
  const list = make('ul', 'links', '');
  for (const number of excerpt.tasks) {
    const item = make('li', '', '');
    item.append(taskLink(number, tasks.get(number)));
    list.append(item);
  }
  const rest = excerpt.count - excerpt.tasks.length;
  if (rest > 0) list.append(make('li', 'quiet', `and ${rest.toLocaleString('en')} more`));
  if (excerpt.count === 0) list.append(make('li', 'quiet', 'nothing'));
  return [make('h4', '', label), list];
}

function taskLink(number: number, task: PageTask | undefined): PageElement {
  const lane = task?.lane === undefined ? '' : `, ${task.lane}`;
  const link = make('a', '', task ? `${number} ${task.name}${lane}` : `${number}`);
  link.setAttribute('href', `#t${number}`);
  return link;
}

/** Arrow keys go to the next task in that direction, Home and End to the first and the last. */
function walk(event: PageEvent): void {
  const from = event.target.closest('[data-walk] a');
  const list = from?.closest('[data-walk]');
  if (!from || !list || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...list.querySelectorAll('a')];
  const ends: Record<string, PageElement | undefined> = { Home: links[0], End: links.at(-1) };
  const to = ends[event.key] ?? nearest(from, links, event.key);
  if (!to) return;
  event.preventDefault();
  for (const link of links) link.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
  to.scrollIntoView({ block: 'nearest' });
}

function nearest(from: PageElement, links: readonly PageElement[], key: string): PageElement | undefined {
  const directions: Record<string, readonly [number, number]> = {
    ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
  };
  const [x, y] = directions[key] ?? [0, 0];
  const here = middleOf(from);
  let best: PageElement | undefined;
  let least = Infinity;
  for (const link of links) {
    const there = middleOf(link);
    const along = (there.x - here.x) * x + (there.y - here.y) * y;
    const aside = Math.abs((there.x - here.x) * y) + Math.abs((there.y - here.y) * x);
    // Sideways only within a row; up and down as straight as possible.
    const distance = along + aside * (x === 0 ? 1 : 8);
    if (along < 2 || distance >= least) continue;
    best = link;
    least = distance;
  }
  return best;
}

function middleOf(element: PageElement): { x: number; y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

function make(name: string, className: string, text: string): PageElement {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.textContent = text;
  return element;
}

function byId(id: string): PageElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element ${id}.`);
  return element;
}
