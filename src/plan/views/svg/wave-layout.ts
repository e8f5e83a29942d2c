import type { Box } from './boxes.ts';
import { edgeEnd, type BoxSize, type Layout, type Point, type ToLayOut } from './layout.ts';

const margin = 20;
const boxGap = 20;
const waveGap = 40;
/** A wider wave is broken into several lines. */
const boxesPerLine = 8;

/** Waves from top to bottom, boxes side by side, edges straight down: never overflows, whatever the graph. O(boxes + edges). */
export function layOutByWaves({ graph: { boxes, edges }, sizes }: ToLayOut): Layout {
  const lines = linesOf(boxes);
  const widths = lines.map((line) => widthOf(line, sizes));
  const inner = widths.reduce((widest, width) => Math.max(widest, width), 0);
  const places: Point[] = [];
  let y = margin;
  for (const [at, line] of lines.entries()) {
    const height = line.reduce((highest, { index }) => Math.max(highest, sizes[index]?.height ?? 0), 0);
    let x = margin + (inner - (widths[at] ?? 0)) / 2;
    for (const { index } of line) {
      const width = sizes[index]?.width ?? 0;
      places[index] = { x: x + width / 2, y: y + height / 2 };
      x += width + boxGap;
    }
    y += height + waveGap;
  }
  return {
    width: inner + 2 * margin,
    height: lines.length === 0 ? 2 * margin : y - waveGap + margin,
    places,
    routes: edges.map(({ from, to }) => [edgeEnd(places[from], sizes[from], 1), edgeEnd(places[to], sizes[to], -1)]),
  };
}

function linesOf(boxes: readonly Box[]): readonly (readonly Box[])[] {
  const lines: Box[][] = [];
  for (const box of boxes) {
    const line = lines.at(-1);
    if (line?.[0]?.wave === box.wave && line.length < boxesPerLine) line.push(box);
    else lines.push([box]);
  }
  return lines;
}

function widthOf(line: readonly Box[], sizes: readonly BoxSize[]): number {
  return line.reduce((sum, { index }) => sum + (sizes[index]?.width ?? 0), (line.length - 1) * boxGap);
}
