import { layOutByDagre } from './dagre-layout.ts';
import type { Layout, ToLayOut } from './layout.ts';
import { layOutByWaves } from './wave-layout.ts';

/** Under these, dagre takes less than a second; it would recurse out of its stack at about 3,000 boxes in a chain. */
const dagreBoxesMax = 300;
const dagreSpanMax = 2_000;

/** Lays out by dagre what dagre is quick with, and by waves alone what it is not. */
export function layOut(picture: ToLayOut): Layout {
  const { boxes, edges } = picture.graph;
  // dagre gives an edge a point of its own in every wave that it crosses; their number is what its time grows with.
  const span = edges.reduce((sum, { from, to }) => sum + (boxes[to]?.wave ?? 0) - (boxes[from]?.wave ?? 0), 0);
  const isSmall = boxes.length <= dagreBoxesMax && span <= dagreSpanMax;
  return isSmall ? layOutByDagre(picture) : layOutByWaves(picture);
}
