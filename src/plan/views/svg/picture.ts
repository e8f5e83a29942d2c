import type { BoxEdge, BoxGraph } from './boxes.ts';
import { boxSize, drawBox, type BoxLook } from './box-drawing.ts';
import { layOut } from './choose-layout.ts';
import type { Point } from './layout.ts';
import { element, px } from './markup.ts';

/** The inside of an `svg` element of this size. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly markup: string;
  /** What the picture leaves out, as a sentence; undefined when it shows everything. */
  readonly omission: string | undefined;
}

const widthMin = 260;
const heightMin = 40;

/** Draws boxes and the edges between them. */
export function pictureOf(graph: BoxGraph, look: BoxLook): Picture {
  const { width, height, places, routes } = layOut({ graph, sizes: graph.boxes.map(boxSize) });
  const middle = (box: number): Point => places[box] ?? { x: 0, y: 0 };
  // Critical edges last, so that they lie above the others.
  const edges = graph.edges.map((edge, at) => ({ edge, route: routes[at] ?? [] }));
  const drawnEdges = [false, true].flatMap((isCritical) =>
    edges.filter(({ edge }) => edge.isCritical === isCritical).map(({ edge, route }) => drawEdge(edge, route)),
  );
  return {
    width: px(Math.max(width, widthMin)),
    height: px(Math.max(height, heightMin)),
    markup: [
      element('defs', {}, arrow('arrow') + arrow('arrow-critical')),
      element('rect', { class: 'ground', width: '100%', height: '100%', rx: 12 }),
      ...drawnEdges,
      ...graph.boxes.map((box) => drawBox(box, middle(box.index), look)),
    ].join('\n'),
    omission: omissionOf(graph),
  };
}

function omissionOf({ boxes, tasksOmitted, edgesOmitted }: BoxGraph): string | undefined {
  if (tasksOmitted === 0 && edgesOmitted === 0) return undefined;
  const counted = (count: number, noun: string): string => `${count.toLocaleString('en')} ${noun}`;
  const parts = [
    ...(tasksOmitted > 0 ? [counted(tasksOmitted, 'tasks of later waves')] : []),
    ...(edgesOmitted > 0 ? [counted(edgesOmitted, 'edges')] : []),
  ];
  return `The picture shows the first ${counted(boxes.length, 'boxes')}; ${parts.join(' and ')} are not drawn.`;
}

function arrow(name: string): string {
  const path = element('path', { class: name, d: 'M0 0 8 4 0 8Z' });
  const size = { markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto' };
  return element('marker', { id: name, viewBox: '0 0 8 8', refX: 7, refY: 4, ...size }, path);
}

function drawEdge({ isCritical }: BoxEdge, route: readonly Point[]): string {
  return element('path', {
    class: isCritical ? 'edge critical' : 'edge',
    d: routePath(route),
    'marker-end': `url(#${isCritical ? 'arrow-critical' : 'arrow'})`,
  });
}

/** A smooth line: through the middles between the points, bent towards the points. */
function routePath(route: readonly Point[]): string {
  const [first, ...rest] = route;
  const last = rest.pop();
  if (!first || !last) return '';
  const at = ({ x, y }: Point): string => `${px(x)} ${px(y)}`;
  if (rest.length === 0) {
    const y = (first.y + last.y) / 2;
    return `M${at(first)}C${at({ x: first.x, y })} ${at({ x: last.x, y })} ${at(last)}`;
  }
  const bends = rest.map((point, index) => {
    const next = rest[index + 1];
    const end = next ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : last;
    return `Q${at(point)} ${at(end)}`;
  });
  return `M${at(first)}${bends.join('')}`;
}
