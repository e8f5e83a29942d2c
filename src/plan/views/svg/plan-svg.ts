import { createScrubber } from '../../../secrets/index.ts';
import type { DrawingOptions } from '../drawing.ts';
import { durationsOf } from '../../schedule-of-plan.ts';
import { boxesOf, type Pictured } from './boxes.ts';
import { element, escaped, namesFor } from './markup.ts';
import { pictureOf } from './picture.ts';
import { pictureStyle } from './picture-style.ts';

const noteHeight = 30;

/**
 * A plan as a picture that stands alone: valid XML for any names, no scripts, light or dark as its reader prefers. The
 * tasks of one step over many lanes are one box. Barriers are round, irreversible tasks dashed, the critical path is
 * thick, and `states` colour the boxes. Of a plan that is too large to look at, the first 600 boxes, and how much is
 * missing. Values marked as secret are masked. O((tasks + edges) log tasks), and at most about a second for the layout.
 */
export function planSvg(plan: Pictured, { states, durations }: DrawingOptions = {}): string {
  const shown = namesFor(createScrubber(plan.secrets));
  const graph = boxesOf(plan, durationsOf(plan, durations));
  const { width, height, markup, omission } = pictureOf(graph, { shown, states, link: undefined });
  const size = { width, height: omission === undefined ? height : height + noteHeight };
  const about = [`${plan.tasks.length} tasks, ${plan.graph.edgeCount} edges.`, ...(omission ? [omission] : [])];
  const note = omission ? element('text', { x: 20, y: height + 12 }, escaped(omission)) : '';
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'picture',
      role: 'img',
      'aria-labelledby': 'title desc',
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
    },
    [
      '',
      element('title', { id: 'title' }, escaped(shown(plan.workflow.name))),
      element('desc', { id: 'desc' }, escaped(about.join(' '))),
      element('style', {}, escaped(pictureStyle())),
      `${markup}${note}`,
      '',
    ].join('\n'),
  );
}
