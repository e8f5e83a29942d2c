import type { BoxGraph } from './boxes.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How large a box is drawn, in pixels. */
export interface BoxSize {
  readonly width: number;
  readonly height: number;
}

/** Where everything of a picture stands, in pixels from its upper left corner. */
export interface Layout extends BoxSize {
  /** The middle of each box. */
  readonly places: readonly Point[];
  /** The way of each edge, from below its upstream to above its downstream; at least two points. */
  readonly routes: readonly (readonly Point[])[];
}

/** What is laid out: boxes that know their waves, and their sizes in the same order. */
export interface ToLayOut {
  readonly graph: BoxGraph;
  readonly sizes: readonly BoxSize[];
}

/** The middle of a box's lower side (1) or upper side (-1): where its edges begin and end. */
export function edgeEnd(place: Point | undefined, size: BoxSize | undefined, side: 1 | -1): Point {
  return { x: place?.x ?? 0, y: (place?.y ?? 0) + (side * (size?.height ?? 0)) / 2 };
}
