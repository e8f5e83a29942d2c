import { element, escaped } from '../svg/markup.ts';
import type { PlanFacts } from './plan-facts.ts';
import { shownText } from './shown-text.ts';

const problemsMax = 100;
const tasksMax = 20;

/** Everything that would stop the run, as markup; empty when nothing would. `text` masks what is secret. */
export function problemPanel({ problems = [] }: PlanFacts, text: (text: string) => string): string {
  if (problems.length === 0) return '';
  const shown = (given: string): string => escaped(shownText(text(given)));
  const items = problems.slice(0, problemsMax).map(({ code, message, next, tasks }) => {
    const advice = next === undefined ? '' : element('p', { class: 'quiet' }, shown(next));
    return `<li><p><strong>${shown(code)}</strong> ${shown(message)}${taskLinks(tasks)}</p>${advice}</li>`;
  });
  const more = problems.length - items.length;
  return [
    '<section class="panel" id="problems" aria-labelledby="problems-title">',
    `<h2 id="problems-title">Would stop the run: ${problems.length}</h2>`,
    `<ul class="problems">${items.join('\n')}</ul>`,
    ...(more > 0 ? [element('p', { class: 'omission' }, `… and ${more} more`)] : []),
    '</section>',
  ].join('\n');
}

function taskLinks(tasks: readonly number[]): string {
  if (tasks.length === 0) return '';
  const links = tasks.slice(0, tasksMax).map((number) => `<a href="#t${number}">${number}</a>`);
  const more = tasks.length > tasksMax ? ` and ${tasks.length - tasksMax} more` : '';
  return ` <span class="quiet">task ${links.join(', ')}${more}</span>`;
}
